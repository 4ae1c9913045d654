package notary

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/checkpoint"
	"github.com/aboveline/aboveline/events/ledger"
	"github.com/aboveline/aboveline/events/notary"
	"github.com/aboveline/aboveline/services/api"
	"github.com/aboveline/aboveline/services/policy"
)

// prefix is that of a log, as C2SP tlog-tiles has it.
const prefix = "/v1/programmes/{programme}/log"

// Inclusion proves that an event is in the log: with golang.org/x/mod/sumdb, open
// the checkpoint with note.Open and give tlog.CheckRecord the hashes, the tree's
// size and root, position - 1 and the leaf. Hashes are standard base64.
type Inclusion struct {
	Programme  events.Programme `json:"programme"`
	Event      events.EventID   `json:"event"`
	Position   events.Position  `json:"position"`
	Leaf       string           `json:"leaf" doc:"The event's leaf hash."`
	TreeSize   uint64           `json:"tree_size"`
	Hashes     []string         `json:"hashes" doc:"From the leaf to the root."`
	Checkpoint string           `json:"checkpoint" doc:"The signed checkpoint of that size."`
}

// Consistency proves that the log of from_size events is the beginning of that of
// tree_size: the hashes are for tlog.CheckTree.
type Consistency struct {
	Programme  events.Programme `json:"programme"`
	FromSize   uint64           `json:"from_size"`
	TreeSize   uint64           `json:"tree_size"`
	Hashes     []string         `json:"hashes"`
	Checkpoint string           `json:"checkpoint" doc:"The signed checkpoint of tree_size."`
}

// Routes adds what the service answers to the API, and to the mux below it the
// tiles, whose addresses have any number of parts.
func (s *Service) Routes(a huma.API, mux *http.ServeMux) {
	get := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodGet, Path: prefix + path, Summary: summary, Tags: []string{"proof"},
			Errors: []int{400, 401, 403, 404, 422, 503},
		}
	}
	huma.Register(a, get("get-checkpoint", "/checkpoint", "Signed checkpoint of the log"), s.getCheckpoint)
	huma.Register(a, get("get-proof", "/proof", "Proof that an event is in the log"), s.getProof)
	huma.Register(a, get("get-consistency", "/consistency", "Proof that the log has only grown"), s.getConsistency)
	cosign := get("add-cosignatures", "/cosignatures", "Keep the signatures of witnesses on a checkpoint")
	cosign.Method, cosign.MaxBodyBytes = http.MethodPost, checkpoint.MaxNote
	huma.Register(a, cosign, s.addCosignatures)
	mux.HandleFunc("GET "+prefix+"/tile/{path...}", s.getTile)
	tile := get("get-tile", "/tile/{path}", "Hash tile of the log (C2SP tlog-tiles): <level>/<number>[.p/<width>]")
	tile.Parameters = []*huma.Param{
		{Name: "programme", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
		{Name: "path", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}, Example: "0/x001/234"},
	}
	tile.Responses = map[string]*huma.Response{"200": {
		Description: "The hashes, 32 bytes each.",
		Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		},
	}}
	a.OpenAPI().AddOperation(&tile)
}

// ProgrammeInput names a programme by its address. It is exported because huma passes
// over embedded types that are not.
type ProgrammeInput struct {
	Programme string `path:"programme" maxLength:"200" doc:"The programme's id."`
}

func (p ProgrammeInput) id() events.Programme { return events.Programme(p.Programme) }

type noteOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func noteOf(c checkpoint.Signed) *noteOutput {
	return &noteOutput{ContentType: "text/plain; charset=utf-8", CacheControl: "no-cache", Body: c.Note}
}

func (s *Service) getCheckpoint(ctx context.Context, in *ProgrammeInput) (*noteOutput, error) {
	if _, err := s.config.Guard.Allow(ctx, policy.ReadProof, in.id(), ""); err != nil {
		return nil, err
	}
	c, err := s.fresh(ctx, in.id())
	if err != nil {
		return nil, failed(err)
	}
	return noteOf(c), nil
}

type proofInput struct {
	ProgrammeInput
	Event string `query:"event" format:"uuid" required:"true" doc:"The event's id, which is that of its entry."`
}

type proofOutput struct{ Body Inclusion }

func (s *Service) getProof(ctx context.Context, in *proofInput) (*proofOutput, error) {
	if _, err := s.config.Guard.Allow(ctx, policy.ReadProof, in.id(), ""); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.Event)
	if err != nil {
		return nil, api.Errorf(api.Invalid, "the event is named by a UUID").At("query.event", "bad_id", "not a UUID")
	}
	r, ok, err := s.ledger.ByID(ctx, in.id(), id)
	if err != nil {
		return nil, failed(err)
	}
	if !ok {
		return nil, api.Errorf(api.NotFound, "no event of this programme has this id")
	}
	c, err := s.covering(ctx, in.id(), r.Position)
	if err != nil {
		return nil, failed(err)
	}
	leaf, path, err := s.log.Inclusion(ctx, c.Checkpoint, r.Position)
	if err != nil {
		return nil, failed(err)
	}
	return &proofOutput{Inclusion{
		Programme: in.id(), Event: id, Position: r.Position, Leaf: tlog.Hash(leaf).String(),
		TreeSize: c.Size, Hashes: texts(path), Checkpoint: string(c.Note),
	}}, nil
}

type consistencyInput struct {
	ProgrammeInput
	From uint64 `query:"from" minimum:"1" required:"true" doc:"Size of the older checkpoint."`
}

type consistencyOutput struct{ Body Consistency }

func (s *Service) getConsistency(ctx context.Context, in *consistencyInput) (*consistencyOutput, error) {
	if _, err := s.config.Guard.Allow(ctx, policy.ReadProof, in.id(), ""); err != nil {
		return nil, err
	}
	c, err := s.covering(ctx, in.id(), events.Position(in.From))
	if err != nil {
		return nil, failed(err)
	}
	path, err := s.log.Consistency(ctx, c.Checkpoint, in.From)
	if err != nil {
		return nil, failed(err)
	}
	return &consistencyOutput{Consistency{
		Programme: in.id(), FromSize: in.From, TreeSize: c.Size, Hashes: texts(path), Checkpoint: string(c.Note),
	}}, nil
}

type cosignInput struct {
	ProgrammeInput
	RawBody []byte `contentType:"text/plain" doc:"A checkpoint of this log with the lines of witnesses."`
}

func (s *Service) addCosignatures(ctx context.Context, in *cosignInput) (*noteOutput, error) {
	if _, err := s.config.Guard.Allow(ctx, policy.ReadProof, in.id(), ""); err != nil {
		return nil, err
	}
	c, err := s.notary.Cosign(ctx, in.id(), in.RawBody)
	switch {
	case notary.IsRefusedCosignature(err):
		return nil, api.Errorf(api.Invalid,
			"send a checkpoint of this programme as the log has signed it, with the line of a witness that is known here")
	case err != nil:
		return nil, failed(err)
	}
	return noteOf(c), nil
}

func texts(hashes []tlog.Hash) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = base64.StdEncoding.EncodeToString(h[:])
	}
	return out
}

// getTile serves what the newest stored checkpoint covers, and nothing beyond.
func (s *Service) getTile(w http.ResponseWriter, r *http.Request) {
	ctx, p := r.Context(), events.Programme(r.PathValue("programme"))
	data, err := s.tile(ctx, p, r.PathValue("path"))
	if err != nil {
		problem, ok := api.IsProblem(err)
		if !ok {
			problem, _ = api.IsProblem(failed(err))
		}
		problem.Write(w)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable") // private: it takes a token
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(data) //nolint:gosec // hashes, told to be no document; who has gone cannot be told
}

func (s *Service) tile(ctx context.Context, p events.Programme, path string) ([]byte, error) {
	if _, err := s.config.Guard.Allow(ctx, policy.ReadProof, p, ""); err != nil {
		return nil, err
	}
	t, err := notary.ParseTilePath(path)
	if err != nil {
		return nil, api.Errorf(api.NotFound, "there is no such tile; an address ends in <level>/<number>[.p/<width>]")
	}
	c, err := s.log.Latest(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.log.Tile(ctx, c.Checkpoint, t)
}

// failed turns what went wrong below into a problem.
func failed(err error) error {
	switch {
	case notary.IsEmpty(err):
		return api.Errorf(api.NotFound, "this programme has no events, or there is no such checkpoint yet")
	case notary.IsOutside(err):
		return api.Errorf(api.NotFound, "that lies beyond the signed log; ask for a checkpoint first")
	case notary.IsContradiction(err):
		return api.Errorf(api.Internal, "the ledger contradicts what was signed before, so nothing is signed or proved; "+
			"the log says where, and `aboveline verify` what")
	case ledger.IsUnavailable(err):
		return api.Errorf(api.Unavailable, "the database is away; try again")
	}
	return api.Errorf(api.Internal, "something went wrong on our side; it was logged")
}
