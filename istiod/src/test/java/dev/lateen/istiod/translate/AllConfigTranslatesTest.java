package dev.lateen.istiod.translate;

import dev.lateen.api.yaml.ResourceReader;
import dev.lateen.istiod.model.ProxyNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Istio's own configuration files, each alone and all together, make resources that obey Envoy's rules, for every kind of proxy. */
class AllConfigTranslatesTest {

    static Stream<Path> files() throws IOException {
        List<Path> all = new ArrayList<>();
        for (String folder : List.of("istio/config", "istio/samples/bookinfo/networking", "istio/valid")) {
            Path path = Mesh.shared().resolve(folder);
            if (Files.isDirectory(path)) {
                try (Stream<Path> files = Files.list(path)) {
                    files.filter(f -> f.toString().endsWith(".yaml")).sorted().forEach(all::add);
                }
            }
        }
        return all.stream();
    }

    static Stream<String> kinds() throws IOException {
        return files().findAny().isPresent() ? Stream.of("all") : Stream.empty();
    }

    static List<ProxyNode> nodes() {
        Map<String, String> labels = Map.of("app", "productpage", "version", "v1");
        Map<String, Object> laptop =
                Map.of("LATEEN_APP_ADDRESS", "127.2.0.1", "HTTP_PROXY_PORT", "15001", "INTERCEPTION_MODE", "NONE");
        return List.of(
                Mesh.envoy("productpage-v1", "127.1.0.1", labels),
                Mesh.node(ProxyNode.Role.SIDECAR, "productpage-v1", "default", "127.1.0.1", "lateen", labels, laptop),
                Mesh.gateway("istio-system", Map.of("istio", "ingressgateway", "app", "istio-ingressgateway")),
                Mesh.gateway("istio-system", Map.of("istio", "egressgateway")),
                Mesh.gateway("default", Map.of("istio", "ingressgateway")));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void everyFileAlone(Path file) {
        Mesh mesh = Mesh.of(bookinfo(), Mesh.read(file));
        nodes().forEach(node -> EnvoyRules.check(mesh, node));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("kinds")
    void everythingTogether(String all) throws IOException {
        List<String> texts = new ArrayList<>();
        texts.add(bookinfo());
        files().map(Mesh::read)
                .filter(t -> new ResourceReader().read("one", t).accepted())
                .forEach(texts::add);
        Mesh mesh = Mesh.of(texts.toArray(String[]::new));
        nodes().forEach(node -> EnvoyRules.check(mesh, node));
    }

    private static String bookinfo() {
        return Mesh.read(Mesh.shared().resolve("istio/samples/bookinfo/platform/kube/bookinfo.yaml")) + "\n---\n" + """
            apiVersion: v1
            kind: Pod
            metadata: {name: productpage-v1, namespace: default, labels: {app: productpage, version: v1, security.istio.io/tlsMode: istio}}
            spec: {serviceAccountName: bookinfo-productpage, containers: [{name: a, image: b, ports: [{containerPort: 9080}]}]}
            status: {podIP: 127.1.0.1, conditions: [{type: Ready, status: "True"}]}
            """;
    }
}
