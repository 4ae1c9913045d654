package importer_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/aboveline/aboveline/events/entry"
	"github.com/aboveline/aboveline/events/framework"
	"github.com/aboveline/aboveline/services/importer"
)

const dataset = "../../deploy/examples/hampshire-2013"

const unknown = "the framework and this table know no column of this name; no row of the file was sent"

// directory makes a data set of the reference framework and the given files.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	fw, err := os.ReadFile(filepath.Join(dataset, "framework.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"framework.yaml": string(fw), "cases.csv": "case_id,gender\nC1,male\nC2,female\n"}
	maps.Copy(all, files)
	for name, content := range all {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, dir string) *importer.Dataset {
	t.Helper()
	d, err := importer.Read(dir, importer.Target{Inspection: "i"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheReferenceDataSetHasNoBadRow(t *testing.T) {
	t.Parallel()
	d := read(t, dataset)
	if bad := d.Strictly(); len(bad) > 0 {
		t.Errorf("%d problems, the first is %s", len(bad), bad[0])
	}
	kinds := map[entry.Kind]int{}
	ids := map[uuid.UUID]bool{}
	for _, p := range append(d.Cases, d.Rest...) {
		kinds[p.Entry.Kind]++
		ids[p.Entry.ID] = true
		if p.Entry.ExpectedRevision == nil || *p.Entry.ExpectedRevision != 0 {
			t.Fatalf("%v expects revision %v, want 0", p.Entry.ID, p.Entry.ExpectedRevision)
		}
	}
	if kinds[entry.KindCase] != 85 || kinds[entry.KindJudgement] != 85*168 {
		t.Errorf("entries by kind: %v", kinds)
	}
	if len(ids) != len(d.Cases)+len(d.Rest) {
		t.Errorf("%d entries have %d ids", len(d.Cases)+len(d.Rest), len(ids))
	}
	if got := d.Programme(); got != "iaow-2013-hampshire" {
		t.Errorf("programme %q", got)
	}
}

func TestIdsFollowFromWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	rows := "case_id,question_id,answer\nC1,2.1.03,sufficient\nC2,2.1.03,insufficient\n"
	base := read(t, directory(t, map[string]string{"judgements.csv": rows}))
	turned := "\ufeffanswer,question_id,case_id\r\ninsufficient,2.1.03,C2\r\nsufficient,2.1.03,C1\r\n"
	same := read(t, directory(t, map[string]string{"judgements.csv": turned}))
	if diff := cmp.Diff(ids(base.Rest[0], base.Rest[1]), ids(same.Rest[1], same.Rest[0])); diff != "" {
		t.Errorf("order of rows and columns, line ends and a byte order mark change ids:\n%s", diff)
	}
	other := strings.Replace(rows, "insufficient", "sufficient", 1)
	changed := read(t, directory(t, map[string]string{"judgements.csv": other}))
	if base.Rest[0].Entry.ID != changed.Rest[0].Entry.ID || base.Rest[1].Entry.ID == changed.Rest[1].Entry.ID {
		t.Error("the id of a changed row, and only that, must change")
	}
	later, err := importer.Read(directory(t, map[string]string{"judgements.csv": rows}),
		importer.Target{Inspection: "i", OccurredAt: time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	if later.Rest[0].Entry.ID == base.Rest[0].Entry.ID {
		t.Error("entries of another time have the same id")
	}
}

func ids(planned ...importer.Planned) []uuid.UUID {
	var all []uuid.UUID
	for _, p := range planned {
		all = append(all, p.Entry.ID)
	}
	return all
}

func TestProblemsNameFileLineAndColumn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, content string
		want                []string
		rest                int
	}{
		{"empty", "judgements.csv", "", []string{"judgements.csv:1: is empty; the first line must name the columns"}, 0},
		{"header only", "judgements.csv", "case_id,question_id,answer", nil, 0},
		{
			"missing column", "judgements.csv", "case_id,answer\nC1,yes\n",
			[]string{`judgements.csv:1: column "question_id" is missing; the columns are ["case_id" "answer"]`},
			0,
		},
		{
			"unknown column", "judgements.csv", "case_id,note,question_id,answer\nC1,x,2.1.03,sufficient\n",
			[]string{"judgements.csv:1:9: note: " + unknown},
			0,
		},
		{
			"column twice", "judgements.csv", "case_id,case_id,question_id,answer\n",
			[]string{`judgements.csv:1:9: column "case_id" is there twice`},
			0,
		},
		{
			"utf-16", "judgements.csv", "\xff\xfec\x00a\x00s\x00e\x00\n\x00",
			[]string{"judgements.csv:1: is not UTF-8 text; save it as CSV in UTF-8"},
			0,
		},
		{
			"latin-1 in a row", "judgements.csv",
			"case_id,question_id,answer\nC1,2.1.03,suffis\xe9\nC2,2.1.03,sufficient\n",
			[]string{"judgements.csv:2:11: answer: is not plain UTF-8 text"},
			1,
		},
		{
			"short, long and broken rows", "judgements.csv",
			"case_id,question_id,answer\nC1\nC1,2.1.03,sufficient,x\nC1,2.1.0\"3,sufficient\nC2,2.1.03,sufficient\n",
			[]string{
				"judgements.csv:2: has 1 fields, the header has 3", "judgements.csv:3: has 4 fields, the header has 3",
				`judgements.csv:4:9: cannot be read as CSV: bare " in non-quoted-field`,
			},
			1,
		},
		{
			"cut off in a quote", "judgements.csv", "case_id,question_id,answer\nC2,2.1.03,sufficient\nC1,2.1.03,\"suff",
			[]string{`judgements.csv:3:16: cannot be read as CSV: extraneous or missing " in quoted-field`},
			1,
		},
		{
			"empty fields", "judgements.csv", "case_id,question_id,answer\n,2.1.03,sufficient\nC1,,sufficient\nC1,2.1.03,\n",
			[]string{
				"judgements.csv:2:1: case_id: is empty", `judgements.csv:3:4: question_id: the framework has no question ""`,
				`judgements.csv:4:11: answer: "" is none of: sufficient, insufficient, not_applicable`,
			},
			0,
		},
		{
			"factor", "factors.csv",
			"case_id,factor,identified,interventions_sufficient,progress_sufficient\n" +
				"C1,luck,yes,yes,yes\nC1,alcohol,yes,yes,yes\n",
			[]string{`factors.csv:2:4: factor: the framework has no factor "luck"`},
			1,
		},
		{
			"interview", "interviews.csv",
			"interview_id,role,grade,ldu,question_id,answer\nO1,offender-manager,PO,hampshire,om.01,yes\n" +
				"O1,offender-manager,PSO,hampshire,om.02,yes\nO1,offender-manager,PO,hampshire,om.99,yes\n" +
				"O2,wizard,PO,,om.01,yes\n",
			[]string{
				`interviews.csv:3:21: grade: line 2 says "PO" of the same interview`,
				`interviews.csv:4:34: question_id: question "om.99" was not put here`,
				`interviews.csv:5:4: role: the framework has no interviews of role "wizard"`,
			},
			1,
		},
		{
			"survey", "offender_survey.csv", "respondent_id,sv.01,sv.99\nN1,yes,yes\n",
			[]string{
				"offender_survey.csv:1:21: sv.99: " + unknown,
			},
			0,
		},
		{
			"survey answers", "offender_survey.csv", "respondent_id,sv.01,sv.02\nN1,maybe,yes\nN1,yes,yes\n",
			[]string{
				`offender_survey.csv:2:4: sv.01: "maybe" is none of: yes, no, blank`,
				"offender_survey.csv:3:1: respondent_id: N1 stands in line 2 already",
			},
			1,
		},
		{
			"victims", "victim_questionnaire.csv",
			"respondent_id,question_id,answer\nV1,vq.01,yes\nV1,vq.01,no\nV1,vq.77,no\n,vq.01,no\n",
			[]string{
				`victim_questionnaire.csv:3:4: question_id: question "vq.01" was answered in an earlier line`,
				`victim_questionnaire.csv:4:4: question_id: question "vq.77" was not put here`,
				"victim_questionnaire.csv:5:1: respondent_id: is empty",
			},
			1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := read(t, directory(t, map[string]string{tt.file: tt.content}))
			var got []string
			for _, p := range d.Problems {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(d.Rest) != tt.rest || len(d.Cases) != 2 {
				t.Errorf("%d cases and %d other entries, want 2 and %d", len(d.Cases), len(d.Rest), tt.rest)
			}
		})
	}
}

func TestNothingToImport(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, content, want string }{
		{"no cases", "cases.csv", "case_id\n", "cases.csv has no rows"},
		{"unknown attribute", "cases.csv", "case_id,shoe_size\nC1,42\n", "cases.csv:1:9: shoe_size: "},
		{"no published date", "framework.yaml", "", "framework.yaml:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := importer.Read(directory(t, map[string]string{tt.file: tt.content}), importer.Target{Inspection: "i"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
	_, err := importer.Read(directory(t, map[string]string{"framework.yaml": "meta: [\n"}), importer.Target{Inspection: "i"})
	if !framework.IsProblems(err) {
		t.Errorf("a broken framework: %v", err)
	}
	if _, err := importer.Read(t.TempDir(), importer.Target{}); err == nil || !strings.Contains(err.Error(), "framework.yaml") {
		t.Errorf("an empty directory: %v", err)
	}
}

func TestContradictions(t *testing.T) {
	t.Parallel()
	d := read(t, directory(t, map[string]string{
		"cases.csv": "case_id,report\nC1,none\nC2,full\nC3,\n",
		"judgements.csv": "case_id,question_id,answer\n" +
			"C1,1.1.01,yes\n" + // there is no report to judge
			"C1,1.1.02,not_applicable\n" +
			"C2,1.1.02,not_applicable\n" + // there is one
			"C2,2.1.03,sufficient\n" +
			"C3,1.1.02,sufficient\n" + // not known whether there is one
			"C4,2.1.03,sufficient\n", // no such case
		"factors.csv": "case_id,factor,identified,interventions_sufficient,progress_sufficient\nC5,alcohol,yes,yes,yes\n",
	}))
	var got []string
	for _, p := range d.Contradictions() {
		got = append(got, p.File+" "+p.Code+" "+p.Field+" "+strings.SplitN(p.String(), " ", 2)[0])
	}
	want := []string{
		"factors.csv unknown_case case_id factors.csv:2:1:",
		"judgements.csv not_relevant answer judgements.csv:2:11:",
		"judgements.csv relevant answer judgements.csv:4:11:",
		"judgements.csv unknown_case case_id judgements.csv:7:1:",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
