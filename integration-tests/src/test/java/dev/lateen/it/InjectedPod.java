package dev.lateen.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod as Istio's injection template leaves it: variables and mounted files, from which {@code meshctl proxy sidecar} starts without a bootstrap.
 *
 * @param pod its network
 * @param node who it is
 * @param root where its files are
 */
record InjectedPod(PodNetwork.Pod pod, MeshNode node, Path root) {
    private static final String TOKEN = "var/run/secrets/tokens/istio-token";
    private static final String ROOTS = "var/run/secrets/istio/root-cert.pem";

    /** Writes the files. @param token of its service account @param roots the mesh's */
    static InjectedPod of(PodNetwork.Pod pod, MeshNode node, Path root, String token, String roots) throws IOException {
        StringBuilder labels = new StringBuilder("pod-template-hash=\"5d\"\n");
        node.labels()
                .forEach((key, value) ->
                        labels.append(key).append("=\"").append(value).append("\"\n"));
        write(root.resolve("etc/istio/pod/labels"), labels.toString());
        write(root.resolve("etc/istio/pod/annotations"), "istio.io/rev=\"default\"\n");
        write(root.resolve(TOKEN), token);
        write(root.resolve(ROOTS), roots);
        return new InjectedPod(pod, node, root);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** Starts its sidecar. @param istiod {@code HOST:PORT} @param more variables */
    Running sidecar(String istiod, Map<String, String> more) throws IOException {
        return sidecar(List.of(), istiod, more);
    }

    /** The same in a container that lacks capabilities. */
    Running sidecarWithout(List<String> capabilities, String istiod, Map<String, String> more) throws IOException {
        return sidecar(List.of("setpriv", "--bounding-set=-" + String.join(",-", capabilities)), istiod, more);
    }

    private Running sidecar(List<String> entering, String istiod, Map<String, String> more) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "POD_NAME",
                node.name(),
                "POD_NAMESPACE",
                node.namespace(),
                "INSTANCE_IP",
                node.ip(),
                "SERVICE_ACCOUNT",
                node.serviceAccount(),
                "PILOT_CERT_PROVIDER",
                "istiod",
                "CA_ADDR",
                "",
                "ISTIOD_SAN",
                "istiod.istio-system.svc",
                "PROXY_CONFIG",
                "{\"discoveryAddress\":\"" + istiod + "\",\"terminationDrainDuration\":\"8s\"}",
                "ISTIO_CPU_LIMIT",
                "2",
                "TRUST_DOMAIN",
                "cluster.local"));
        node.more().forEach((key, value) -> environment.put("ISTIO_META_" + key, value.toString()));
        environment.putAll(more);
        List<String> command = new ArrayList<>(entering);
        command.addAll(List.of(
                Project.root().resolve("meshctl").toString(),
                "proxy",
                "sidecar",
                "--domain",
                node.namespace() + ".svc.cluster.local",
                "--proxyLogLevel=warning",
                "--proxyComponentLogLevel=misc:error",
                "--log_output_level=default:info",
                "--pod-root",
                root.toString()));
        return Running.start(node.name(), pod.asSidecar(command), environment);
    }

    /** What Istio's template runs in the container of the sidecar. */
    Running agent(String... words) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(Project.root().resolve("meshctl").toString()));
        command.addAll(List.of(words));
        return Running.start("agent", pod.asSidecar(command), Map.of());
    }

    /** How long a token is good in tests. */
    static Duration tokenLife() {
        return Duration.ofMinutes(30);
    }
}
