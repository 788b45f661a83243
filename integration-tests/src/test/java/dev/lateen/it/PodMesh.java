package dev.lateen.it;

import static java.util.Objects.requireNonNull;

import dev.lateen.istiod.Istiod;
import dev.lateen.istiod.IstiodBootstrap;
import dev.lateen.istiod.listen.ListenAddress;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Our istiod, and pods with interception whose sidecar is our proxy or a stock Envoy: a mesh as on a cluster, on one machine. */
final class PodMesh implements AutoCloseable {
    /** Whose proxy a pod or a gateway has. */
    enum Kind {
        OURS,
        ENVOY
    }

    private final Vertx vertx = Vertx.vertx();
    private final Path directory;
    private final PodNetwork network;
    private final Istiod istiod;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, PodNetwork.Pod> pods = new LinkedHashMap<>();

    /** @param number of its network among those of this machine */
    PodMesh(Path directory, int number) throws IOException, InterruptedException {
        this.directory = directory;
        network = PodNetwork.create(number);
        Files.createDirectories(config());
        ListenAddress local = new ListenAddress("test", "127.0.0.1", 0);
        // For pods, and for the certificates of Envoys, which the test itself gets.
        ListenAddress everywhere = new ListenAddress("test", "0.0.0.0", 0);
        IstiodBootstrap bootstrap = IstiodBootstrap.onLoopback(List.of(config()), directory.resolve("state"))
                .withAddresses(local, everywhere, null, local);
        istiod = Async.deployed(vertx, new Istiod(bootstrap, Istiod.Surroundings.none()));
    }

    private Path config() {
        return directory.resolve("config");
    }

    Istiod istiod() {
        return istiod;
    }

    /** Puts a file into istiod's directory in one step. */
    void apply(String name, String yaml) throws IOException {
        Path temporary = Files.writeString(directory.resolve(name + ".tmp"), yaml);
        Files.move(temporary, config().resolve(name + ".yaml"), StandardCopyOption.ATOMIC_MOVE);
    }

    void remove(String name) throws IOException {
        Files.deleteIfExists(config().resolve(name + ".yaml"));
    }

    /** A pod's network with an application in it, without a sidecar yet. @param ports where the application listens */
    PodNetwork.Pod pod(String name, int last, String... ports) throws IOException, InterruptedException {
        PodNetwork.Pod pod = network.pod(last);
        pods.put(name, pod);
        if (ports.length > 0) {
            Running application = closing(Running.start(name, pod.inside(PodApplication.command(ports)), Map.of()));
            application.awaitOutput(Patience.OF_A_START, output -> output.contains(PodApplication.LISTENING));
        }
        return pod;
    }

    private PodNetwork.Pod known(String name) {
        return requireNonNull(pods.get(name), name);
    }

    /** Who a pod of the default namespace is. */
    MeshNode node(String name, String app) {
        return node(name, app, "REDIRECT");
    }

    /** The same. @param mode how the pod's traffic is led to the proxy */
    MeshNode node(String name, String app, String mode) {
        return new MeshNode(
                "sidecar",
                known(name).address(),
                name,
                "default",
                name,
                Map.of("app", app, "pod", name, "security.istio.io/tlsMode", "istio"),
                Map.of("WORKLOAD_NAME", name, "INTERCEPTION_MODE", mode));
    }

    /** A pod as the injection template leaves it, named as its application. */
    InjectedPod injected(String name) throws IOException {
        MeshNode node = new MeshNode(
                "sidecar",
                known(name).address(),
                name,
                "default",
                name,
                Map.of("pod", name, "security.istio.io/tlsMode", "istio"),
                Map.of("WORKLOAD_NAME", name, "INTERCEPTION_MODE", "REDIRECT", "CLUSTER_ID", "Kubernetes"));
        return InjectedPod.of(
                known(name),
                node,
                directory.resolve(name + "-root"),
                istiod.tokens().mint(node.namespace(), node.serviceAccount(), InjectedPod.tokenLife()),
                istiod.authority().rootPem());
    }

    /** The address of whoever calls from outside of all pods. */
    String outsideAddress() {
        return network.host();
    }

    /** Where pods reach istiod. */
    String istiodAddress() {
        return network.host() + ":" + istiod.addresses().secureGrpc();
    }

    /** Who a gateway is. */
    MeshNode gateway(String name) {
        return new MeshNode(
                "router",
                known(name).address(),
                name,
                "default",
                name,
                Map.of("istio", "ingressgateway", "pod", name),
                Map.of("WORKLOAD_NAME", name));
    }

    /** Starts the proxy of a pod and waits until it is ready. @return ends it */
    AutoCloseable proxy(Kind kind, MeshNode node) throws IOException {
        PodNetwork.Pod pod = known(node.name());
        return closing(
                switch (kind) {
                    case OURS -> ours(node, pod);
                    case ENVOY -> envoy(node, pod);
                });
    }

    private RealEnvoy envoy(MeshNode node, PodNetwork.Pod pod) throws IOException {
        UnaryOperator<List<String>> entering = pod::asSidecar;
        RealEnvoy envoy = RealEnvoy.start(
                vertx,
                istiod,
                node,
                "DELTA_GRPC",
                directory,
                new RealEnvoy.Place(network.host(), pod.address(), entering));
        envoy.awaitLive();
        return envoy;
    }

    private Running ours(MeshNode node, PodNetwork.Pod pod) throws IOException {
        Path token = Files.writeString(
                directory.resolve(node.name() + ".token"),
                istiod.tokens().mint(node.namespace(), node.serviceAccount(), Duration.ofMinutes(30)));
        Path root = Files.writeString(
                directory.resolve("root.pem"), istiod.authority().rootPem());
        int secure = istiod.addresses().secureGrpc();
        Path bootstrap = Files.writeString(
                directory.resolve(node.name() + ".yaml"),
                node.bootstrap(network.host(), pod.address(), 15000, "DELTA_GRPC", secure, 1));
        Running proxy = Running.start(
                node.name(),
                pod.asSidecar(List.of(
                        Project.root().resolve("meshctl").toString(),
                        "proxy",
                        "-c",
                        bootstrap.toString(),
                        "--token",
                        token.toString(),
                        "--ca-root",
                        root.toString(),
                        "--ca-addr",
                        network.host() + ":" + secure,
                        "--ca-name",
                        "istiod.istio-system.svc")),
                Map.of());
        try (Web web = Web.direct()) {
            proxy.awaitOutput(Patience.OF_A_START, _ -> web.status("http://" + pod.address() + ":15000/ready") == 200);
        } catch (RuntimeException | Error e) {
            proxy.close();
            throw e;
        }
        return proxy;
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    /** A command as somebody outside of all pods would give it. */
    static UnaryOperator<List<String>> outside() {
        return UnaryOperator.identity();
    }

    /** A command as the application of a pod would give it. */
    UnaryOperator<List<String>> inside(String pod) {
        return known(pod)::inside;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable resource : open.reversed()) {
            resource.close();
        }
        Async.done(vertx.undeploy(istiod.deploymentID()));
        network.close();
        Async.done(vertx.close());
    }
}
