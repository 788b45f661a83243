package dev.lateen.injector.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoTemplateTest {
    private static final Map<String, Object> DATA = Map.of(
            "Spec",
            Map.of("containers", List.of(Map.of("name", "a", "hostIP", "::"), Map.of("name", "b"))),
            "ObjectMeta",
            Map.of("name", "pod", "annotations", Map.of("x/y", "said")),
            "Values",
            Map.of("global", Map.of("n", 3, "on", true, "empty", "")));

    private static String rendered(String template) {
        return GoTemplate.parse(template).render(DATA);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '^',
            value = {
                "a{{/* no */}}b => ab",
                "a {{- ` b ` -}} c => a b c",
                "{{ .ObjectMeta.Name }} => pod",
                "{{ .Values.global.n }} => 3",
                "{{ (index .Spec.Containers 0).HostIP }} => ::",
                "{{ index .ObjectMeta.Annotations `x/y` | quote }} => \"said\"",
                "{{ annotation .ObjectMeta `x/y` 7 }}{{ annotation .ObjectMeta `z` 7 }} => said7",
                "{{ if and .Values.global.on (not .Values.global.empty) }}yes{{ else }}no{{ end }} => yes",
                "{{ if eq .Values.global.n 1 2 }}a{{ else if gt .Values.global.n 2 }}b{{ else }}c{{ end }} => b",
                "{{ range $i, $c := .Spec.Containers }}{{ $i }}{{ $c.Name }},{{ end }} => 0a,1b,",
                "{{ range .Spec.Containers }}{{ .Name }}{{ else }}none{{ end }} => ab",
                "{{ range $k, $v := .ObjectMeta.Annotations }}{{ $k }}={{ $v }}{{ end }} => x/y=said",
                "{{ with .Values.global.empty }}{{ . }}{{ else }}nothing{{ end }} => nothing",
                "{{ with $x := .Values.global.n }}{{ $x }}{{ . }}{{ end }} => 33",
                "{{ $l := list }}{{ range .Spec.Containers }}{{ $l = append $l .Name }}{{ end }}{{ join `-` $l }} =>"
                        + " a-b",
                "{{ define `t` }}<{{ .Name }}>{{ end }}{{ template `t` .ObjectMeta }} => <pod>",
                "{{ printf `%s:%d:%t:%q%%` `a` 1 true `b` }} => a:1:true:\"b\"%",
                "{{ `abcdef-` | trunc 7 | trimSuffix `-` | upper }} => ABCDEF",
                "{{ .Values.global.empty | default `d` }}{{ valueOrDefault .Values.global.n `d` }} => d3",
                "{{ toYaml (dict `a` 1) | indent 2 }} => a: 1",
                "{{ eq .ObjectMeta.Namespace `` }} => true",
                "{{ or .Values.global.empty .Values.global.on .Values.missing.deeper }} => true",
                "{{ (fromJSON `{\"a\": [1, 2]}`).a }} => [1 2]",
                "{{ structToJSON (index .Spec.Containers 1) }} => {\"name\":\"b\"}",
                "{{ hasKey .Values.global `n` }}{{ isset .ObjectMeta.Annotations `no` }} => truefalse"
            })
    void whatInjectionTemplatesAreMadeOfIsUnderstood(String template, String expected) {
        assertThat(rendered(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '^',
            value = {
                "{{ nosuch }} => line 1: function nosuch is not understood",
                "{{ .Nosuch }} => field .Nosuch is not understood (expected one of ObjectMeta, Spec, Values)",
                "{{ if .Spec }} => line 1: if .Spec: without end",
                "{{ end }} => line 1: end: nothing is open",
                "{{ => without }}",
                "{{ `a => without }}",
                "{{ .ObjectMeta.Name.First }} => field .First of pod (expected: an object)",
                "{{ $x }} => variable $x: not declared",
                "{{ break }} => break is not understood",
                "{{ template `t` . }} => template t: not defined",
                "{{ index .Spec.Containers 9 }} => index: 9 of 2 items",
                "{{ printf `%x` 1 }} => printf: %x is not understood",
                "{{ (list 1 }} => expected: )",
                "{{ 1.5 }} => expected: a value",
                "{{ range .Values.global.n }}{{ end }} => range over 3 (expected: a list or an object)"
            })
    void whatIsNotUnderstoodIsRefusedByName(String template, String expected) {
        assertThatThrownBy(() -> rendered(template))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aTemplateThatCallsItselfOrGrowsForEverEnds() {
        assertThatThrownBy(() -> rendered("{{ define `t` }}{{ template `t` . }}{{ end }}{{ template `t` . }}"))
                .hasMessageContaining("blocks inside of each other");
        String twice = "{{ range .Spec.Containers }}";
        String grows = twice.repeat(24) + "x".repeat(100) + "{{ end }}".repeat(24);
        assertThatThrownBy(() -> rendered(grows.replace(".Spec", "$.Spec")))
                .hasMessageContaining("more than 4194304 characters");
    }
}
