import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

/**
 * What N services cost M proxies: starts an istiod on N files, connects M delta clients that subscribe as Envoy does, and edits one file at a
 * time. Prints one table; CPU is istiod's own, from /proc. Ends by itself.
 */
public final class Discovery {
    private static final int ROUNDS = 5;
    private static final long PATIENCE = 300;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final boolean kubernetes;
    private final Path config;

    private Discovery(Path config, boolean kubernetes) {
        this.config = config;
        this.kubernetes = kubernetes;
    }

    public static void main(String[] args) throws Exception {
        // Netty's remarks on streams that end are no part of the table.
        LogManager.getLogManager().reset();
        int services = Integer.parseInt(args[1]);
        int clients = Integer.parseInt(args[2]);
        Path directory = Files.createTempDirectory("discovery");
        Discovery bench = new Discovery(Files.createDirectory(directory.resolve("config")), args[3].equals("kubernetes"));
        try {
            bench.writeAll(services);
            long began = System.nanoTime();
            try (IstiodProcess istiod = new IstiodProcess(args[0], directory, "--config", bench.config.toString())) {
                istiod.awaitReady();
                bench.run(istiod, began, services, clients);
            }
        } finally {
            bench.vertx.close().await();
            try (var files = Files.walk(directory)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
            }
        }
    }

    private void writeAll(int services) throws IOException {
        for (int i = 0; i < services; i++) {
            write("service-%d.yaml".formatted(i), service(i, 1));
        }
        write("route.yaml", route(1));
    }

    private void run(IstiodProcess istiod, long began, int services, int count) throws Exception {
        System.out.printf("%d services x %d delta clients, %s%n", services, count, kubernetes ? "Services and Pods" : "ServiceEntries");
        System.out.printf("ready               %6.1f s, %.1f CPU s, RSS %d MB%n", seconds(began), istiod.cpu(), istiod.memory("VmRSS"));
        Thread.sleep(5000);
        double before = istiod.cpu();
        Thread.sleep(5000);
        System.out.printf("idle                %6.1f %% of a CPU%n", (istiod.cpu() - before) / 5 * 100);

        before = istiod.cpu();
        began = System.nanoTime();
        List<DeltaClient> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(new DeltaClient(
                    vertx,
                    istiod.port,
                    "sidecar~10.1.%d.%d~client-%d.bench~bench.svc.cluster.local".formatted(i / 250, i % 250 + 1, i)));
        }
        for (DeltaClient client : all) {
            client.synced.await(PATIENCE, TimeUnit.SECONDS);
        }
        System.out.printf(
                "all in sync         %6.1f s, %.1f CPU s, %d MB sent, RSS %d MB%n",
                seconds(began), istiod.cpu() - before, DeltaClient.BYTES.get() >> 20, istiod.memory("VmRSS"));
        Thread.sleep(1000);
        change("VirtualService", istiod, all, round -> write("route.yaml", route(round + 1)), DeltaClient.ROUTE);
        change("endpoint", istiod, all, round -> write("service-7.yaml", service(7, round + 1)), DeltaClient.ENDPOINT);
        change("service", istiod, all, round -> write("extra-%d.yaml".formatted(round), service(services + round, 1)), DeltaClient.CLUSTER);
        System.out.printf("peak RSS            %6d MB%n", istiod.memory("VmHWM"));
    }

    private interface Edit {
        void make(int round) throws IOException;
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(config.resolve(file), text);
    }

    private void change(String what, IstiodProcess istiod, List<DeltaClient> clients, Edit edit, String typeUrl) throws Exception {
        List<Long> took = new ArrayList<>();
        double before = istiod.cpu();
        long sent = DeltaClient.BYTES.get();
        for (int round = 1; round <= ROUNDS; round++) {
            clients.forEach(client -> client.expect(typeUrl));
            long began = System.nanoTime();
            edit.make(round);
            for (DeltaClient client : clients) {
                if (!client.heard.await(30, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(what + ": nothing heard by client " + clients.indexOf(client));
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
                (istiod.cpu() - before) / ROUNDS,
                (DeltaClient.BYTES.get() - sent) / ROUNDS / 1048576.0);
    }

    private static double seconds(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0;
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
}
