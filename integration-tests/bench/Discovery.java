import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.ServiceName;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.logging.LogManager;
import java.util.stream.Collectors;

/**
 * What N services cost M proxies: starts an istiod on N files, connects M delta clients that subscribe as Envoy does, and edits one file at a
 * time. Prints one table; CPU is istiod's own, from /proc. Ends by itself.
 */
public final class Discovery {
    private static final String TYPES = "type.googleapis.com/envoy.config.";
    private static final String CLUSTER = TYPES + "cluster.v3.Cluster";
    private static final String ENDPOINT = TYPES + "endpoint.v3.ClusterLoadAssignment";
    private static final String LISTENER = TYPES + "listener.v3.Listener";
    private static final String ROUTE = TYPES + "route.v3.RouteConfiguration";
    private static final int ROUNDS = 5;
    private static final long PATIENCE = 300;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong bytes = new AtomicLong();
    private final boolean kubernetes;
    private final Path config;
    private final int port;
    private final int monitoring;
    private Process istiod;

    private Discovery(Path directory, boolean kubernetes) throws IOException {
        this.kubernetes = kubernetes;
        this.config = Files.createDirectory(directory.resolve("config"));
        this.port = freePort();
        this.monitoring = freePort();
    }

    public static void main(String[] args) throws Exception {
        // Netty's remarks on streams that end are no part of the table.
        LogManager.getLogManager().reset();
        int services = Integer.parseInt(args[1]);
        int clients = Integer.parseInt(args[2]);
        Path directory = Files.createTempDirectory("discovery");
        Discovery bench = new Discovery(directory, args[3].equals("kubernetes"));
        try {
            bench.run(args[0], directory, services, clients);
        } finally {
            bench.istiod.destroy();
            bench.vertx.close().await();
            try (var files = Files.walk(directory)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
            }
        }
    }

    private void run(String meshctl, Path directory, int services, int count) throws Exception {
        for (int i = 0; i < services; i++) {
            Files.writeString(config.resolve("service-%d.yaml".formatted(i)), service(i, 1));
        }
        Files.writeString(config.resolve("route.yaml"), route(1));
        long began = System.nanoTime();
        istiod = new ProcessBuilder(
                        meshctl, "istiod", "--config", config.toString(), "--state", directory.resolve("state").toString(),
                        "--grpcAddr", "127.0.0.1:" + port, "--secureGRPCAddr", "127.0.0.1:" + freePort(),
                        "--monitoringAddr", "127.0.0.1:" + monitoring)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("istiod.log").toFile())
                .start();
        awaitReady(directory);
        System.out.printf("%d services x %d delta clients, %s%n", services, count, kubernetes ? "Services and Pods" : "ServiceEntries");
        System.out.printf("ready               %6.1f s, %.1f CPU s, RSS %d MB%n", seconds(began), cpu(), memory("VmRSS"));
        Thread.sleep(5000);
        double before = cpu();
        Thread.sleep(5000);
        System.out.printf("idle                %6.1f %% of a CPU%n", (cpu() - before) / 5 * 100);

        before = cpu();
        began = System.nanoTime();
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new Client(i));
        }
        for (Client client : all) {
            client.synced.await(PATIENCE, TimeUnit.SECONDS);
        }
        System.out.printf(
                "all in sync         %6.1f s, %.1f CPU s, %d MB sent, RSS %d MB%n",
                seconds(began), cpu() - before, bytes.get() >> 20, memory("VmRSS"));
        Thread.sleep(1000);
        change("VirtualService", all, round -> write("route.yaml", route(round + 1)), ROUTE);
        change("endpoint", all, round -> write("service-7.yaml", service(7, round + 1)), ENDPOINT);
        change("service", all, round -> write("extra-%d.yaml".formatted(round), service(services + round, 1)), CLUSTER);
        System.out.printf("peak RSS            %6d MB%n", memory("VmHWM"));
    }

    private interface Edit {
        void make(int round) throws IOException;
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(config.resolve(file), text);
    }

    private void change(String what, List<Client> clients, Edit edit, String typeUrl) throws Exception {
        List<Long> took = new ArrayList<>();
        double before = cpu();
        long sent = bytes.get();
        for (int round = 1; round <= ROUNDS; round++) {
            clients.forEach(client -> client.expect(typeUrl));
            long began = System.nanoTime();
            edit.make(round);
            for (Client client : clients) {
                if (!client.heard.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(what + ": nothing heard by client " + client.number);
                }
                took.add((client.heardAt - began) / 1_000_000);
            }
            Thread.sleep(500);
        }
        took.sort(null);
        System.out.printf(
                "%-15s change %4d / %d ms (p50 / p99), %.2f CPU s, %.1f MB sent%n",
                what,
                took.get(took.size() / 2),
                took.get(took.size() * 99 / 100),
                (cpu() - before) / ROUNDS,
                (bytes.get() - sent) / ROUNDS / 1048576.0);
    }

    private void awaitReady(Path directory) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + monitoring + "/ready")).build();
        for (int i = 0; i < 600; i++) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                if (!istiod.isAlive()) {
                    break;
                }
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("istiod is not ready: " + Files.readString(directory.resolve("istiod.log")));
    }

    private double cpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + istiod.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private long memory(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + istiod.pid() + "/status")).stream()
                        .filter(line -> line.startsWith(key + ":"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum()
                / 1024;
    }

    private static double seconds(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A service with two workloads, of which the second changes from round to round. */
    private String service(int i, int round) {
        return kubernetes ? kubernetesService(i, round) : serviceEntry(i, round);
    }

    private static String kubernetesService(int i, int round) {
        String service = """
            apiVersion: v1
            kind: Service
            metadata: {name: service-%1$d, namespace: bench}
            spec: {clusterIP: 10.%2$d.%3$d.1, selector: {app: service-%1$d}, ports: [{name: http, port: 80, targetPort: 8080}]}
            """.formatted(i, 100 + i / 250, i % 250);
        return service + pod(i, "a", 2) + pod(i, "b", round + 2);
    }

    private static String pod(int i, String name, int address) {
        return """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: service-%1$d-%4$s, namespace: bench, labels: {app: service-%1$d, version: v1}}
            spec: {serviceAccountName: service-%1$d, containers: [{name: app, image: app, ports: [{containerPort: 8080}]}]}
            status: {phase: Running, podIP: 10.%2$d.%3$d.%5$d, conditions: [{type: Ready, status: "True"}]}
            """.formatted(i, 200 + i / 250, i % 250, name, address);
    }

    private static String serviceEntry(int i, int round) {
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: service-%1$d, namespace: bench}
            spec:
              hosts: [service-%1$d.bench.svc.cluster.local]
              addresses: [10.%2$d.%3$d.1]
              ports: [{number: 80, name: http, protocol: HTTP}]
              location: MESH_INTERNAL
              resolution: STATIC
              endpoints:
              - {address: 10.%2$d.%3$d.2, serviceAccount: service-%1$d, labels: {app: service-%1$d, round: r%4$d}}
              - {address: 10.%2$d.%3$d.%5$d, serviceAccount: service-%1$d, labels: {app: service-%1$d}}
            """.formatted(i, 100 + i / 250, i % 250, round, round + 2);
    }

    private static String route(int round) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: route, namespace: bench}
            spec:
              hosts: [service-1.bench.svc.cluster.local]
              http: [{timeout: %ds, route: [{destination: {host: service-1.bench.svc.cluster.local}}]}]
            """.formatted(round);
    }

    /** A delta client that asks for what Envoy asks for, and accepts everything. */
    private final class Client {
        final int number;
        final CountDownLatch synced = new CountDownLatch(1);
        private final GrpcClientRequest<Buffer, Buffer> stream;
        private final Set<String> clusters = new HashSet<>();
        private final Set<String> routes = new HashSet<>();
        private final Set<String> answered = new HashSet<>();
        volatile CountDownLatch heard = new CountDownLatch(0);
        volatile long heardAt;
        private volatile String expected = "";

        Client(int number) {
            this.number = number;
            GrpcClient grpc = GrpcClient.client(
                    vertx,
                    new GrpcClientOptions().setMaxMessageSize(256L << 20),
                    new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false)
                            .setHttp2ConnectionWindowSize(16 << 20));
            stream = grpc.request(SocketAddress.inetSocketAddress(port, "127.0.0.1")).await();
            stream.serviceName(ServiceName.create("envoy.service.discovery.v3", "AggregatedDiscoveryService"));
            stream.methodName("DeltaAggregatedResources");
            stream.response().onSuccess(response -> response.handler(message -> hear(message.getBytes())));
            say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(CLUSTER).setNode(Node.newBuilder()
                    .setUserAgentName("envoy")
                    .setId("sidecar~10.1.%d.%d~client-%d.bench~bench.svc.cluster.local"
                            .formatted(number / 250, number % 250 + 1, number))));
        }

        void expect(String typeUrl) {
            heard = new CountDownLatch(1);
            expected = typeUrl;
        }

        private void say(DeltaDiscoveryRequest.Builder request) {
            stream.write(Buffer.buffer(request.build().toByteArray()));
        }

        private void hear(byte[] message) {
            try {
                bytes.addAndGet(message.length);
                DeltaDiscoveryResponse response = DeltaDiscoveryResponse.parseFrom(message);
                if (response.getTypeUrl().equals(expected)) {
                    heardAt = System.nanoTime();
                    expected = "";
                    heard.countDown();
                }
                say(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(response.getTypeUrl())
                        .setResponseNonce(response.getNonce()));
                learn(response);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(e);
            }
        }

        private void learn(DeltaDiscoveryResponse response) throws InvalidProtocolBufferException {
            boolean first = answered.add(response.getTypeUrl());
            switch (response.getTypeUrl()) {
                case CLUSTER -> {
                    subscribe(ENDPOINT, clusters, response.getResourcesList().stream()
                            .map(Resource::getName)
                            .filter(name -> name.startsWith("outbound|"))
                            .collect(Collectors.toSet()));
                    if (first) {
                        say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(LISTENER));
                    }
                }
                case LISTENER -> {
                    Set<String> named = new HashSet<>();
                    for (Resource resource : response.getResourcesList()) {
                        learn(resource.getResource(), named);
                    }
                    subscribe(ROUTE, routes, named);
                }
                default -> {}
            }
            if (answered.size() == 4) {
                synced.countDown();
            }
        }

        private void learn(Any listener, Set<String> named) throws InvalidProtocolBufferException {
            for (var chain : listener.unpack(Listener.class).getFilterChainsList()) {
                for (var filter : chain.getFiltersList()) {
                    if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                        String name = filter.getTypedConfig().unpack(HttpConnectionManager.class).getRds().getRouteConfigName();
                        named.add(name);
                    }
                }
            }
            named.removeIf(Predicate.isEqual(""));
        }

        private void subscribe(String typeUrl, Set<String> known, Set<String> wanted) {
            List<String> added = wanted.stream().filter(known::add).toList();
            if (!added.isEmpty()) {
                say(DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).addAllResourceNamesSubscribe(added));
            }
        }
    }
}
