package dev.lateen.install;

import dev.lateen.install.pod.AgentBootstrap;
import dev.lateen.install.pod.PodFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Two sidecars as the injector starts them, of a client and a server, against a control plane in a process of its own: variables and mounted files, a certificate from the CA,
 * listeners and clusters over ADS, mutual TLS between the two, probes, metrics, and the end. Nothing is redirected here, so that the client's calls go to a port that its Sidecar names and
 * the server's listener has one of its own; the ports that redirected connections come to are the client's.
 */
final class PodRehearsal {
    /** On each connection. So many that the JVM keeps what it learned of the hot path and compiles it early in the next starts. */
    private static final int REQUESTS = 1_500;

    private static final String NAMESPACE = RehearsalControlPlane.NAMESPACE;

    private final Path directory;
    private final RehearsalTraffic traffic;
    private final Ports ports;

    /** @param in the server's own @param out where the client calls it @param client the client's own ports @param server the server's own ports */
    private record Ports(int in, int out, int virtualIn, int virtualOut, Agent client, Agent server) {}

    private record Agent(int admin, int status, int readiness, int stats) {}

    PodRehearsal(Path directory, RehearsalTraffic traffic) throws IOException {
        this.directory = directory;
        this.traffic = traffic;
        int[] free = RehearsalTraffic.freePorts(12);
        ports = new Ports(
                free[0],
                free[1],
                free[2],
                free[3],
                new Agent(free[4], free[5], free[6], free[7]),
                new Agent(free[8], free[9], free[10], free[11]));
    }

    void run() throws IOException, InterruptedException {
        Path plane = Files.createDirectory(directory.resolve("control-plane"));
        Files.writeString(Files.createDirectory(plane.resolve("config")).resolve("mesh.yaml"), config());
        Files.writeString(plane.resolve("mesh-config"), meshConfig());
        Process process = RehearsalControlPlane.start(plane);
        try (BufferedReader said = process.inputReader()) {
            String port = said.readLine();
            if (port == null) {
                throw new IOException("the rehearsal's control plane does not start");
            }
            String istiod = "127.0.0.1:" + port;
            FutureTask<Integer> server = sidecar("server", "127.0.0.1", ports.server, istiod, "NONE");
            FutureTask<Integer> client = sidecar("client", "127.0.0.2", ports.client, istiod, "REDIRECT");
            serve();
            end(ports.client, client);
            end(ports.server, server);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private void serve() throws IOException, InterruptedException {
        for (Agent agent : List.of(ports.server, ports.client)) {
            traffic.await(agent.readiness, "localhost", "/healthz/ready");
        }
        String host = "server." + NAMESPACE;
        traffic.await(ports.out, host, "/first");
        traffic.call(ports.out, host, REQUESTS);
        traffic.await(ports.server.status, "localhost", "/app-health/app/readyz");
        for (Agent agent : List.of(ports.server, ports.client)) {
            traffic.await(agent.status, "localhost", "/stats/prometheus");
            traffic.await(agent.stats, "localhost", "/stats/prometheus");
        }
        // Nothing was redirected, so these lead nowhere; a listener has looked where they were going to.
        traffic.touch(ports.virtualOut);
        traffic.touch(ports.virtualIn);
    }

    private void end(Agent agent, FutureTask<Integer> sidecar) throws IOException, InterruptedException {
        traffic.send(agent.status, "POST", "/quitquitquit");
        try {
            if (sidecar.get() != 0) {
                throw new IOException("the rehearsal's sidecar does not end well");
            }
        } catch (ExecutionException e) {
            throw new IOException("the rehearsal's sidecar fails", e);
        }
    }

    /** By the command line of Istio's template. */
    private FutureTask<Integer> sidecar(String name, String address, Agent agent, String istiod, String interception)
            throws IOException {
        AgentBootstrap around =
                new AgentBootstrap(environment(name, address, agent, istiod, interception), files(name), Map.of());
        PodProxyCommand command = PodProxyCommand.plain(
                _ -> around,
                List.of(
                        "sidecar",
                        "--domain",
                        NAMESPACE + ".svc.cluster.local",
                        "--proxyLogLevel=warning",
                        "--proxyComponentLogLevel=misc:error",
                        "--log_output_level=default:info"));
        if (command == null) {
            throw new IOException("the rehearsal's command line is not plain");
        }
        var task = new FutureTask<>(command);
        Thread.ofPlatform().name(name).start(task);
        return task;
    }

    private Map<String, String> environment(
            String name, String address, Agent agent, String istiod, String interception) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("POD_NAME", name);
        variables.put("POD_NAMESPACE", NAMESPACE);
        variables.put("INSTANCE_IP", address);
        variables.put("SERVICE_ACCOUNT", RehearsalControlPlane.SERVICE_ACCOUNT);
        variables.put("PILOT_CERT_PROVIDER", "istiod");
        variables.put("ISTIOD_SAN", "istiod.istio-system.svc");
        variables.put("CA_ADDR", istiod);
        variables.put("TRUST_DOMAIN", "cluster.local");
        variables.put("ISTIO_CPU_LIMIT", "2");
        variables.put("ENVOY_STATUS_PORT", Integer.toString(agent.readiness));
        variables.put("ENVOY_PROMETHEUS_PORT", Integer.toString(agent.stats));
        variables.put(
                "PROXY_CONFIG",
                "{\"discoveryAddress\":\"%s\",\"proxyAdminPort\":%d,\"statusPort\":%d,\"tracing\":{\"sampling\":1}}"
                        .formatted(istiod, agent.admin, agent.status));
        variables.put("ISTIO_META_POD_PORTS", "[{\"containerPort\":8080,\"protocol\":\"TCP\"}]");
        variables.put("ISTIO_META_APP_CONTAINERS", "app");
        variables.put("ISTIO_META_CLUSTER_ID", "Kubernetes");
        variables.put("ISTIO_META_INTERCEPTION_MODE", interception);
        variables.put("ISTIO_META_WORKLOAD_NAME", name);
        variables.put("ISTIO_META_OWNER", "kubernetes://apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/" + name);
        variables.put("ISTIO_META_MESH_ID", "cluster.local");
        variables.put(
                "ISTIO_KUBE_APP_PROBERS",
                "{\"/app-health/app/readyz\":{\"httpGet\":{\"path\":\"/ready\",\"port\":%d},\"timeoutSeconds\":5}}"
                        .formatted(traffic.backend()));
        return variables;
    }

    private PodFiles files(String name) throws IOException {
        Path root = Files.createDirectory(directory.resolve(name));
        write(root, PodFiles.LABELS, "app=\"" + name + "\"\nsecurity.istio.io/tlsMode=\"istio\"\nversion=\"v1\"\n");
        write(root, PodFiles.ANNOTATIONS, "istio.io/rev=\"default\"\n");
        Path plane = directory.resolve("control-plane");
        write(root, PodFiles.TOKEN, Files.readString(plane.resolve(RehearsalControlPlane.TOKEN)));
        write(root, PodFiles.ROOTS, Files.readString(plane.resolve(RehearsalControlPlane.ROOTS)));
        return PodFiles.under(root);
    }

    private static void write(Path root, String path, String text) throws IOException {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String meshConfig() {
        return """
            proxyListenPort: %d
            proxyInboundListenPort: %d
            accessLogFile: /dev/null
            """.formatted(ports.virtualOut, ports.virtualIn);
    }

    private String config() {
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: server, namespace: rehearsal}
            spec: {clusterIP: 127.0.0.3, selector: {app: server}, ports: [{name: http, port: %1$d, targetPort: %2$d}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: server, namespace: rehearsal, labels: {app: server, version: v1, security.istio.io/tlsMode: istio}}
            spec: {serviceAccountName: default, containers: [{name: app, image: app, ports: [{containerPort: %2$d}]}]}
            status: {phase: Running, podIP: 127.0.0.1, conditions: [{type: Ready, status: "True"}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client, namespace: rehearsal, labels: {app: client, version: v1, security.istio.io/tlsMode: istio}}
            spec: {serviceAccountName: default, containers: [{name: app, image: app}]}
            status: {phase: Running, podIP: 127.0.0.2, conditions: [{type: Ready, status: "True"}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: server, namespace: rehearsal}
            spec:
              workloadSelector: {labels: {app: server}}
              ingress: [{port: {number: %2$d, protocol: HTTP, name: http}, bind: 127.0.0.1, defaultEndpoint: "127.0.0.1:%3$d"}]
              egress: [{hosts: ["./*"]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: client, namespace: rehearsal}
            spec:
              workloadSelector: {labels: {app: client}}
              egress:
              - {port: {number: %1$d, protocol: HTTP, name: http}, bind: 127.0.0.1, captureMode: NONE, hosts: ["./*"]}
              - {hosts: ["./*"]}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: server, namespace: rehearsal}
            spec:
              hosts: [server]
              http:
              - {match: [{headers: {end-user: {exact: nobody}}}], route: [{destination: {host: server, subset: v1}}]}
              - {route: [{destination: {host: server, subset: v1}, weight: 50}, {destination: {host: server}, weight: 50}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: server, namespace: rehearsal}
            spec:
              host: server
              trafficPolicy: {connectionPool: {http: {http1MaxPendingRequests: 1024}}, outlierDetection: {consecutive5xxErrors: 5}}
              subsets: [{name: v1, labels: {version: v1}}]
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: rehearsal}
            spec: {mtls: {mode: STRICT}}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: server, namespace: rehearsal}
            spec:
              selector: {matchLabels: {app: server}}
              rules: [{from: [{source: {namespaces: [rehearsal]}}], to: [{operation: {methods: [GET]}}]}]
            """.formatted(ports.out, ports.in, traffic.backend());
    }
}
