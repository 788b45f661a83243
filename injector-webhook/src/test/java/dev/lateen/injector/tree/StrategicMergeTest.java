package dev.lateen.injector.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lateen.api.yaml.Documents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrategicMergeTest {
    private static String merged(String original, String patch) {
        return StrategicMerge.merge(Documents.first("original", original), Documents.first("patch", patch))
                .toString()
                .replace("\"", "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Fields one by one; a null takes away; lists without a key are replaced.
                "{a: 1, b: {c: 2}} | {b: {d: 3}} | {a:1,b:{c:2,d:3}}",
                "{a: 1, b: 2} | {b: null} | {a:1}",
                "{args: [x]} | {args: [v, w]} | {args:[v,w]}",
                // Items with a key are merged; new ones of the patch come first.
                "{env: [{name: a, value: 1}]} | {env: [{name: b, value: 2}, {name: a, value: 3}]} |"
                        + " {env:[{name:b,value:2},{name:a,value:3}]}",
                "{volumes: [{name: u}, {name: v}]} | {volumes: [{name: w}]} | {volumes:[{name:w},{name:u},{name:v}]}",
                "{volumes: [{name: u}, {name: v}, {name: w}]} | {volumes: [{name: w, x: 1}]} |"
                        + " {volumes:[{name:u},{name:v},{name:w,x:1}]}",
                "{volumeMounts: [{name: a, mountPath: /x}]} | {volumeMounts: [{name: b, mountPath: /x}]} |"
                        + " {volumeMounts:[{name:b,mountPath:/x}]}",
                "{ports: [{containerPort: 80, name: h}]} | {ports: [{containerPort: 80, protocol: TCP}]} |"
                        + " {ports:[{containerPort:80,name:h,protocol:TCP}]}",
                "{finalizers: [a]} | {finalizers: [b, a]} | {finalizers:[a,b]}",
                // Directives.
                "{labels: {a: 1}} | {labels: {$patch: replace, b: 2}} | {labels:{b:2}}",
                "{labels: {a: 1}} | {labels: {$patch: delete}} | {labels:{}}",
                "{env: [{name: a}, {name: b}]} | {env: [{name: a, $patch: delete}]} | {env:[{name:b}]}",
                "{env: [{name: a}]} | {env: [{$patch: replace}, {name: c}]} | {env:[{name:c}]}",
                "{volumes: [{name: a, emptyDir: {}}]} | {volumes: [{name: a, $retainKeys: [name, csi], csi: {driver:"
                        + " d}}]} | {volumes:[{name:a,csi:{driver:d}}]}",
                // A null in something new is nothing.
                "{} | {volumes: [{name: a, emptyDir: null}]} | {volumes:[{name:a}]}",
                "{} | {env: [{name: a, value: 1}, {name: a, value: 2}]} | {env:[{name:a,value:2}]}"
            })
    void aPatchIsLaidOverWhatIsThere(String original, String patch, String expected) {
        assertThat(merged(original, patch)).isEqualTo(expected);
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertThatThrownBy(() -> merged("{}", "{a: {$patch: merge-ish}}"))
                .hasMessage("$patch: merge-ish (expected: merge, replace or delete)");
        assertThatThrownBy(() -> merged("{}", "{$setElementOrder/env: []}"))
                .hasMessageContaining("$setElementOrder/env: not understood");
        assertThatThrownBy(() -> merged("{}", "{env: [{value: 1}]}")).hasMessage("env: an item without name");
    }

    @Test
    void nothingGivenIsChanged() {
        var original = Documents.first("original", "{env: [{name: a}], b: {c: 1}}");
        var patch = Documents.first("patch", "{env: [{name: a, value: x}], b: {c: null}}");
        StrategicMerge.merge(original, patch);
        assertThat(original.toString()).isEqualTo("{\"env\":[{\"name\":\"a\"}],\"b\":{\"c\":1}}");
        assertThat(patch.toString()).isEqualTo("{\"env\":[{\"name\":\"a\",\"value\":\"x\"}],\"b\":{\"c\":null}}");
    }

    @Test
    void aPatchOfAPodNamesTheFieldsThatDiffer() {
        var before = Documents.first("before", "{metadata: {name: a, labels: {x: y}}, spec: {a: 1, 'b/~c': 2, d: 3}}");
        var after = Documents.first("after", "{metadata: {name: a, labels: {x: z}}, spec: {a: 1, 'b/~c': 4}}");
        assertThat(PodPatch.of(before, after).toString())
                .isEqualTo(
                        "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"x\":\"z\"}},"
                            + "{\"op\":\"add\",\"path\":\"/spec/b~1~0c\",\"value\":4},{\"op\":\"remove\",\"path\":\"/spec/d\"}]");
    }
}
