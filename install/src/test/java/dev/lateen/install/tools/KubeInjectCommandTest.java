package dev.lateen.install.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.yaml.Documents;
import dev.lateen.injector.settings.HelmValues;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** {@code meshctl kube-inject} with its options, on files. */
class KubeInjectCommandTest {
    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: a, namespace: team, annotations: {inject.istio.io/templates: "sidecar,note"}}
        spec: {containers: [{name: a, image: a}]}
        """;

    @TempDir
    private Path directory = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        var line = new CommandLine(new KubeInjectCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, _) -> {
                    command.getErr().println(failure.getMessage());
                    return 2;
                });
        return line.execute(arguments);
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    private static final String TEMPLATES =
            "templates: {note: 'metadata: {labels: {cluster: {{ .Values.global.multiCluster.clusterName }}}}'}";

    @Test
    void valuesMeshConfigAndInjectorsConfigurationComeFromFilesAndTheCommandLine() throws IOException {
        int status = run(
                "-f",
                file("pod.yaml", POD),
                "--valuesFile",
                file("values.yaml", "global: {network: n1, multiCluster: {clusterName: c1}}"),
                "--set",
                "values.global.network=n2",
                "--meshConfigFile",
                file("mesh.yaml", "{trustDomain: td, defaultConfig: {drainDuration: 7s}}"),
                "--injectConfigFile",
                file("inject.yaml", TEMPLATES),
                "--revision",
                "canary");
        assertThat(err.toString()).isEmpty();
        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("istio.io/rev: canary")
                .contains("istiod-canary.istio-system.svc:15012")
                .contains("topology.istio.io/network: n2")
                .contains("cluster: c1")
                .contains("{\"drainDuration\":\"7s\"")
                .contains("value: td");
    }

    @Test
    void aFileIsWrittenWhereOneIsAskedFor() throws IOException {
        Path to = directory.resolve("out.yaml");
        assertThat(run("-f", file("pod.yaml", POD.replace(",note", "")), "-o", to.toString()))
                .isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(Files.readString(to)).contains("name: istio-proxy");
    }

    @Test
    void aNamespaceInTheManifestSaysAsWhomProxiesRun() throws IOException {
        String namespace = """
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: team, annotations: {openshift.io/sa.scc.uid-range: 1000/10}}
            """;
        assertThat(run("-f", file("pod.yaml", POD.replace(",note", "") + namespace)))
                .isZero();
        assertThat(out.toString()).contains("runAsUser: 1009");
    }

    @Test
    void whatIsWrongIsNamedWithItsFile() throws IOException {
        String pod = file("pod.yaml", POD.replace(",note", ""));
        for (String[] wrong : new String[][] {
            {"--set", "nosuch=1", "--set nosuch=1"},
            {"--valuesFile", file("v", "global: {proxy: {statusPort: x}}"), "values.global.proxy.statusPort: x"},
            {"--injectConfigFile", file("i", "templates: {t: '{{ x }}'}"), "template t: line 1: function x"},
            {"--meshConfigFile", file("m", "nosuch: 1"), "nosuch: unknown field"},
            {"--valuesFile", directory + "/none", "can't be read"}
        }) {
            err.getBuffer().setLength(0);
            assertThat(run("-f", pod, wrong[0], wrong[1])).isEqualTo(2);
            assertThat(err.toString()).contains(wrong[2]);
        }
        assertThat(run("-f", file("bad.yaml", POD.replace(",note", ",none")))).isEqualTo(2);
        assertThat(err.toString())
                .contains("bad.yaml: Pod a: annotation inject.istio.io/templates: none is no template");
    }

    @Test
    void aPodThatIsNoneIsRefusedByItsField() throws IOException {
        String pod = POD.replace(",note", "").replace("annotations:", "labels: {version: 1}, annotations:");
        assertThat(run("-f", file("pod.yaml", pod))).isEqualTo(2);
        assertThat(err.toString()).contains("Pod a: metadata.labels.version: 1 (expected: a text)");
    }

    @Test
    void whatIsReadAsKubernetesReadsItIsWrittenSoThatItReadsTheSame() throws IOException {
        String text = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a}
            data: {a: "yes", b: "0x1f", c: "1e3", d: "12:30", e: "", f: "a: b", g: "- x", h: "#x", i: "null", j: "a\\nb\\n", k: " lead", l: "y", m: "*", n: "1_000", o: "~", p: "x #y", q: "é", r: "=", s: "<<"}
            binary: [yes, 010, 1.5, null]
            """;
        assertThat(run("-f", file("cm.yaml", text))).isZero();
        List<JsonNode> before = Documents.read("before", text);
        assertThat(Documents.read("after", out.toString())).isEqualTo(before);
    }

    @Test
    void theEnvironmentSaysWhatIstiodsWould() {
        HelmValues values = KubeInjectBootstrap.with(
                HelmValues.defaults(), Map.of("ENABLE_NATIVE_SIDECARS", "false", "OTHER", "x"));
        assertThat(values.at("pilot.env").toString()).isEqualTo("{\"ENABLE_NATIVE_SIDECARS\":false}");
    }
}
