package dev.lateen.install.reach;

import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The pods of one cluster, reached through its API server: those of control planes, and proxies by their names. Blocks; for one thread. */
public final class ClusterReach implements AutoCloseable {
    private static final Map<String, String> ISTIOD = Map.of("app", "istiod");
    private static final String REVISION = "istio.io/rev";
    private static final int MONITORING_PORT = 15014;

    private final KubernetesClient client;
    private final String istioNamespace;
    private final @Nullable String revision;
    private final PodSearch search;
    private final PageReader pages = new PageReader();
    private final List<PodTunnel> tunnels = new ArrayList<>();

    /**
     * Takes the client over.
     *
     * @param namespace of pods that are named without one; null for that of the kubeconfig's context
     * @param istioNamespace of control planes
     * @param revision of the control planes that count; null for all
     */
    ClusterReach(
            KubernetesClient client, @Nullable String namespace, String istioNamespace, @Nullable String revision) {
        this.client = client;
        this.istioNamespace = istioNamespace;
        this.revision = revision;
        String own = client.getConfiguration().getNamespace();
        this.search = new PodSearch(client, namespace != null ? namespace : own != null ? own : "default");
    }

    /** One control plane's answer. @param pod its pod's name @param text its page; null if it didn't answer @param failure why not */
    public record Answer(
            String pod,
            String revision,
            @Nullable String text,
            @Nullable String failure) {}

    /** The client that all goes by. */
    public KubernetesClient client() {
        return client;
    }

    /** The control plane's namespace. */
    public String istioNamespace() {
        return istioNamespace;
    }

    /** Where the API server is. */
    public String server() {
        return String.valueOf(client.getMasterUrl());
    }

    /**
     * A page of every running control plane, in the order of their names; all are asked at once.
     *
     * @throws CommandFailure if there is no control plane
     */
    public List<Answer> istiods(String path) {
        List<Pod> istiods = istiods();
        List<Future<Answer>> asked;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            asked = istiods.stream()
                    .map(pod -> threads.submit(() -> ask(pod, path)))
                    .toList();
        }
        return asked.stream().map(Future::resultNow).toList();
    }

    private Answer ask(Pod pod, String path) {
        String name = pod.getMetadata().getName();
        String of = revisionOf(pod);
        try (PodTunnel tunnel = PodTunnel.open(client, pod, PodState.port(pod, "http-monitoring", MONITORING_PORT))) {
            return new Answer(name, of, tunnel.get(pages, path), null);
        } catch (CommandFailure e) {
            return new Answer(name, of, null, e.getMessage());
        }
    }

    private static String revisionOf(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        return labels == null ? "" : labels.getOrDefault(REVISION, "");
    }

    /**
     * The running control planes, by name.
     *
     * @throws CommandFailure if there are none, saying what there is
     */
    public List<Pod> istiods() {
        Map<String, String> labels = new LinkedHashMap<>(ISTIOD);
        if (revision != null) {
            labels.put(REVISION, revision);
        }
        List<Pod> all = search.labelled(istioNamespace, labels);
        List<Pod> running = all.stream().filter(PodState::isRunning).toList();
        if (running.isEmpty()) {
            String there = all.isEmpty()
                    ? ""
                    : "; not running: "
                            + all.stream()
                                    .map(pod -> pod.getMetadata().getName())
                                    .collect(Collectors.joining(", "));
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "no control plane runs in namespace " + istioNamespace
                            + (revision == null ? "" : " with revision " + revision) + there
                            + " (expected: pods with the label app=istiod; another namespace: --istioNamespace)");
        }
        return running;
    }

    /**
     * The pod of a proxy.
     *
     * @param given {@code POD}, {@code POD.NAMESPACE} or {@code TYPE/NAME}
     * @throws CommandFailure if there is none of that name, it has no proxy, or does not run
     */
    public Pod proxy(String given) {
        Pod pod = search.named(given);
        PodState.requireProxy(pod);
        return pod;
    }

    /** As {@link #proxy}, of a control plane, whose names are those of its own namespace. */
    public Pod controlPlane(String given) {
        Pod pod = new PodSearch(client, istioNamespace).named(given);
        PodState.requireRunning(pod);
        return pod;
    }

    /** The first running pod with a label, in the control plane's namespace; null if there is none. */
    public @Nullable Pod labelled(String key, String value) {
        return search.labelled(istioNamespace, Map.of(key, value)).stream()
                .filter(PodState::isRunning)
                .findFirst()
                .orElse(null);
    }

    /** {@code POD.NAMESPACE}. */
    public static String name(Pod pod) {
        return PodState.name(pod);
    }

    /** A page of a pod's port, by GET. */
    public String get(Pod pod, int port, String path) {
        return tunnel(pod, port).get(pages, path);
    }

    /** A page of a pod's port, by POST. */
    public String post(Pod pod, int port, String path) {
        return tunnel(pod, port).post(pages, path);
    }

    private PodTunnel tunnel(Pod pod, int port) {
        PodTunnel tunnel = PodTunnel.open(client, pod, port);
        tunnels.add(tunnel);
        return tunnel;
    }

    /**
     * A pod's port as one of this machine, until this is closed.
     *
     * @param localPort 0 for any
     * @throws IOException if that port can't be had
     */
    public PodTunnel forward(Pod pod, int port, InetAddress address, int localPort) throws IOException {
        PodTunnel tunnel = PodTunnel.open(client, pod, port, address, localPort);
        tunnels.add(tunnel);
        return tunnel;
    }

    @Override
    public void close() {
        tunnels.forEach(PodTunnel::close);
        client.close();
    }
}
