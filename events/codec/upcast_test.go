package codec_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aboveline/aboveline/events"
	"github.com/aboveline/aboveline/events/codec"
	"github.com/google/go-cmp/cmp"
)

// Three versions of one type, of which only the last is still written.
type (
	visitV1 struct {
		Minutes int `json:"minutes"`
	}
	visitV2 struct {
		Minutes int    `json:"minutes"`
		Place   string `json:"place"`
	}
	visitV3 struct {
		Seconds int    `json:"seconds"`
		Place   string `json:"place"`
	}
)

func (visitV1) Kind() events.Kind { return events.Kind{Type: "Visit", Version: 1} }
func (visitV2) Kind() events.Kind { return events.Kind{Type: "Visit", Version: 2} }
func (visitV3) Kind() events.Kind { return events.Kind{Type: "Visit", Version: 3} }

var errNegative = errors.New("a visit cannot take less than no time")

func visits(t *testing.T) *codec.Codec {
	t.Helper()
	r, err := events.NewRegistry(visitV1{}, visitV2{}, visitV3{})
	if err != nil {
		t.Fatal(err)
	}
	r.WithUpcast(visitV1{}.Kind(), func(e events.Event) (events.Event, error) {
		v, ok := e.(visitV1)
		if !ok {
			return nil, fmt.Errorf("%T is no visitV1", e)
		}
		return visitV2{Minutes: v.Minutes, Place: "office"}, nil
	})
	r.WithUpcast(visitV2{}.Kind(), func(e events.Event) (events.Event, error) {
		v, ok := e.(visitV2)
		if !ok || v.Minutes < 0 {
			return nil, errNegative
		}
		return visitV3{Seconds: 60 * v.Minutes, Place: v.Place}, nil
	})
	c, err := codec.New(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDecodeBringsOldVersionsUp(t *testing.T) {
	t.Parallel()
	c := visits(t)
	for _, tt := range []struct {
		version int
		data    string
		want    events.Event
	}{
		{1, `{"minutes":2}`, visitV3{120, "office"}},
		{2, `{"place":"prison","minutes":3}`, visitV3{180, "prison"}},
		{3, `{"seconds":5,"place":"home"}`, visitV3{5, "home"}},
	} {
		got, err := c.Decode(events.Kind{Type: "Visit", Version: tt.version}, []byte(tt.data))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("version %d (-want +got):\n%s", tt.version, diff)
		}
	}
	if _, err := c.Decode(visitV1{}.Kind(), []byte(`{"minutes":-1}`)); !errors.Is(err, errNegative) {
		t.Errorf("got %v, want the error of the upcast", err)
	}
	// What an older version did not have is refused in its data.
	_, err := c.Decode(visitV1{}.Kind(), []byte(`{"minutes":1,"place":"home"}`))
	checkError(t, "v1 with a field of v2", err, codec.ErrUnknownField, "place")
}

func TestNewRefusesRegistriesItCannotServe(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		zeros []events.Event
		say   string
	}{
		"no upcast":         {[]events.Event{visitV1{}, visitV2{}}, "Visit v1 has no upcast to v2"},
		"unsupported field": {[]events.Event{weighed{}}, "field weight: float64 is not supported"},
		"no json name":      {[]events.Event{unnamed{}}, "field Weight of codec_test.unnamed"},
	} {
		r, err := events.NewRegistry(tt.zeros...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := codec.New(r); err == nil || !strings.Contains(err.Error(), tt.say) {
			t.Errorf("%s: got %v, want %q", name, err, tt.say)
		}
	}
}

type weighed struct {
	Weight float64 `json:"weight"`
}

func (weighed) Kind() events.Kind { return events.Kind{Type: "Weighed", Version: 1} }

type unnamed struct{ Weight int }

func (unnamed) Kind() events.Kind { return events.Kind{Type: "Unnamed", Version: 1} }

// The shortcut for judgements is for the type of this release, not for its name.
func TestShortcutFollowsTheRegistry(t *testing.T) {
	t.Parallel()
	r, err := events.NewRegistry(impostor{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := codec.New(r)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Decode(impostor{}.Kind(), []byte(`{"question":"q","answer":"a"}`))
	checkError(t, "shortcut", err, codec.ErrUnknownField, "answer")
}
