package dev.lateen.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in files: at the start they end the mesh before it begins, later they change nothing and are told once. */
class BadInputTest {
    private static final String REVIEWS_ROUTE = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews}
        spec:
          hosts: [reviews]
          http:
          - route: [{destination: {host: reviews, subset: %s}}]
        """;

    @TempDir
    Path directory;

    private void write(String name, String text) throws Exception {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void atTheStartEveryMistakeIsNamedAndTheExitCodeIsTwo() throws Exception {
        write("broken.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a\n");
        write("field.yaml", REVIEWS_ROUTE.formatted("v1").replace("hosts:", "hostz:"));
        write("kind.yaml", REVIEWS_ROUTE.formatted("v1").replace("VirtualService", "VirtualServce"));
        write("certificate.yaml", """
            apiVersion: v1
            kind: Secret
            metadata: {name: cred, namespace: istio-system}
            type: kubernetes.io/tls
            data: {tls.crt: Zm9v, tls.key: YmFy}
            """);
        write("workload.yaml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replica: 3
              template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: x}]}}
            """);
        try (Running mesh = Running.meshctl("run", directory)) {
            assertThat(mesh.awaitExit(Patience.OF_A_START)).isEqualTo(2);
            assertThat(mesh.output())
                    .contains("the config has ")
                    .containsPattern("broken\\.yaml:\\d+ \\(document 1\\): no YAML: ")
                    .containsPattern("field\\.yaml:5 .*VirtualService default/reviews: spec\\.hostz: unknown field"
                            + " \\(expected: 'hosts'\\?")
                    .containsPattern("kind\\.yaml:2 .*kind: unknown kind 'VirtualServce' .*'VirtualService'\\?")
                    .containsPattern("certificate\\.yaml:1 .*Secret istio-system/cred: data\\.tls\\.crt: not a"
                            + " certificate \\(expected: ")
                    .containsPattern("workload\\.yaml:1 .*Deployment default/web: spec\\.replica: unknown field"
                            + " \\(expected: .*replicas")
                    .doesNotContain("COMPONENT");
        }
    }

    @Test
    void whatIsDoubtfulIsNamedAndHoldsNothingBack() throws Exception {
        write("host.yaml", REVIEWS_ROUTE.formatted("v1").replace("{name: reviews}", "{name: nowhere}"));
        write("service.yaml", """
            apiVersion: v1
            kind: Service
            metadata: {name: twice}
            spec: {ports: [{port: 80, name: http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: twice}
            spec: {ports: [{port: 81, name: http}]}
            """);
        try (Running validation = Running.meshctl("validate", "-f", directory)) {
            assertThat(validation.awaitExit(Patience.OF_A_START)).isZero();
            assertThat(validation.output())
                    .containsPattern("host\\.yaml:1 .*VirtualService default/nowhere:"
                            + " spec\\.http\\[0]\\.route\\[0]\\.destination\\.host: unknown host 'reviews'; .*"
                            + " \\(expected: ")
                    .containsPattern(
                            "service\\.yaml:6 .*Service default/twice: metadata\\.name: the same resource as in"
                                    + " .*service\\.yaml:1, which it takes the place of, .* \\(expected: one resource");
        }
    }

    @Test
    void aMissingPathIsOneSentence() throws Exception {
        try (Running mesh = Running.meshctl("run", directory.resolve("none"))) {
            assertThat(mesh.awaitExit(Patience.OF_A_START)).isEqualTo(2);
            assertThat(mesh.output())
                    .contains("the config has one problem:")
                    .contains(directory.resolve("none") + ": no such file or directory");
        }
    }

    @Test
    void aBadEditIsToldOnceWhileTheLastGoodConfigCarriesTheTraffic() throws Exception {
        Path edits = Files.createDirectory(directory.resolve("edits"));
        try (LocalMesh mesh = Bookinfo.start(edits)) {
            mesh.apply("reviews.yaml", REVIEWS_ROUTE.formatted("v1"));
            awaitLine(mesh, "VirtualService default/reviews added: touched ");
            try (Load load = new Load(
                    20,
                    Bookinfo.REVIEWS,
                    body -> assertThat(Bookinfo.version(body)).isIn("v1", "v3"))) {
                mesh.apply("reviews.yaml", REVIEWS_ROUTE.formatted("v9"));
                awaitLine(mesh, "unknown subset 'v9'");
                mesh.apply("more.yaml", """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: more}
                    spec:
                      template: {metadata: {labels: {app: more}}, spec: {containers: [{name: c, image: curlimages/curl}]}}
                    """);
                awaitLine(mesh, "started default/more-");
                assertThat(toldOf(mesh, "unknown subset 'v9'")).isEqualTo(1);
                mesh.apply("reviews.yaml", REVIEWS_ROUTE.formatted("v3"));
                awaitLine(mesh, "VirtualService default/reviews changed: touched ");
                load.stop();
                assertThat(load.failures()).isEmpty();
                assertThat(load.answered()).isPositive();
            }
            mesh.apply("reviews.yaml", "kind: [");
            awaitLine(mesh, "reviews.yaml:1 (document 1): no YAML: ");
            try (Web web = Web.direct()) {
                assertThat(Bookinfo.version(web.get(Bookinfo.REVIEWS).body())).isEqualTo("v3");
            }
            assertThat(toldOf(mesh, "no YAML: ")).isEqualTo(1);
        }
    }

    private static void awaitLine(LocalMesh mesh, String text) {
        Awaitility.await()
                .atMost(Patience.OF_A_CHANGE)
                .untilAsserted(() -> assertThat(mesh.process().output()).contains(text));
    }

    private static long toldOf(LocalMesh mesh, String text) {
        return mesh.process()
                .output()
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }
}
