import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.logging.LogManager;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an istiod takes on a real API server with N services, 5 N endpoints and pods and 2.5 N of Istio's objects (see {@link ScaleObjects}), and what one change costs there and among a tenth of
 * them. CPU is the scheduler's count, from /proc, less what was idle at that time. Ends by itself.
 */
public final class ClusterScale {
    private static final int AT_ONCE = 24;
    private static final int BATCHES = 5;
    private static final int IN_A_BATCH = 10;
    private static final int WARM_UP = 40;
    /** The service that changes; all clients see it. */
    private static final int CHANGED = 7;

    private final String meshctl;
    private final Path kubeconfig;
    private final long apiServer;
    private final KubernetesClient client;
    private final JsonMapper json = JsonMapper.shared();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));

    private ClusterScale(String meshctl, Path kubeconfig, long apiServer) {
        this.meshctl = meshctl;
        this.kubeconfig = kubeconfig;
        this.apiServer = apiServer;
        // kubelab's keys are of curves, which the client doesn't see by itself.
        Config config = new ConfigBuilder(Config.fromKubeconfig(kubeconfig.toFile())).withClientKeyAlgo("EC").build();
        this.client = new KubernetesClientBuilder().withConfig(config).build();
    }

    /** @param args meshctl, a kubeconfig, a file of Istio's CRDs, the API server's process, the number of services */
    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        ClusterScale bench = new ClusterScale(args[0], Path.of(args[1]), Long.parseLong(args[3]));
        int services = Integer.parseInt(args[4]);
        try {
            bench.prepare(Path.of(args[2]));
            bench.write(0, services / 10);
            bench.among(services / 10, false);
            bench.write(services / 10, services);
            bench.among(services, true);
            bench.again();
        } finally {
            bench.client.close();
            bench.vertx.close().await(10, TimeUnit.SECONDS);
        }
    }

    private void prepare(Path crds) throws Exception {
        client.resource(new NamespaceBuilder().withNewMetadata().withName("istio-system").endMetadata().build()).serverSideApply();
        try (var stream = Files.newInputStream(crds)) {
            client.load(stream).items().forEach(crd -> client.resource(crd).forceConflicts().serverSideApply());
        }
        while (client.apiextensions().v1().customResourceDefinitions().list().getItems().stream()
                .anyMatch(crd -> crd.getStatus() == null || crd.getStatus().getConditions() == null || crd.getStatus().getConditions().stream()
                        .noneMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True")))) {
            Thread.sleep(200);
        }
    }

    /** Writes all objects of some services: namespaces first, then accounts, then the others. */
    private void write(int from, int to) throws Exception {
        long began = System.nanoTime();
        double before = IstiodProcess.cpu(apiServer);
        create(IntStream.range(from, to).filter(i -> i % ScaleObjects.IN_A_NAMESPACE == 0).mapToObj(ScaleObjects::namespaceOf));
        create(IntStream.range(from, to).mapToObj(ScaleObjects::account));
        create(IntStream.range(from, to).boxed().flatMap(i -> Stream.concat(ScaleObjects.service(i).stream(), ScaleObjects.istio(i).stream())));
        say("services %d to %d written: %.0f s, %.0f CPU s of the API server", from, to, seconds(began), IstiodProcess.cpu(apiServer) - before);
    }

    private void create(Stream<ScaleObjects.Written> all) throws Exception {
        Semaphore room = new Semaphore(AT_ONCE);
        List<Future<?>> begun = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (ScaleObjects.Written one : (Iterable<ScaleObjects.Written>) all::iterator) {
                room.acquire();
                begun.add(threads.submit(() -> {
                    try {
                        create(one);
                    } finally {
                        room.release();
                    }
                }));
            }
        }
        for (Future<?> one : begun) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("an object was not written", e.getCause());
            }
        }
    }

    private void create(ScaleObjects.Written one) {
        Map<?, ?> object = json.readValue(one.text(), Map.class);
        client.raw(one.path(), "POST", object);
        if (one.status()) {
            client.raw(one.path() + "/" + one.name() + "/status", "PUT", object);
        }
    }

    /** As {@code kubectl apply --server-side} does. */
    private void apply(ScaleObjects.Written one) {
        client.resource(json.readValue(one.text(), GenericKubernetesResource.class)).forceConflicts().serverSideApply();
    }

    private IstiodProcess istiod() throws Exception {
        return new IstiodProcess(meshctl, Files.createTempDirectory("cluster-scale"), "--kubeconfig", kubeconfig.toString());
    }

    /** @param whole whether what is about memory is measured too */
    private void among(int services, boolean whole) throws Exception {
        long began = System.nanoTime();
        double server = IstiodProcess.cpu(apiServer);
        try (IstiodProcess istiod = istiod()) {
            istiod.awaitReady();
            say("");
            say("among %d services, load %s", services, Files.readString(Path.of("/proc/loadavg")).strip());
            say("ready: %.1f s, %.1f CPU s, RSS %d MB", seconds(began), istiod.cpu(), istiod.memory("VmRSS"));
            double before = istiod.cpu();
            List<DeltaClient> clients = connect(istiod);
            say("10 clients in sync: %.1f CPU s, %d MB sent, RSS %d MB", istiod.cpu() - before, DeltaClient.BYTES.getAndSet(0) >> 20, istiod.memory("VmRSS"));
            if (whole) {
                Thread.sleep(60_000);
                say("after 60 s: %.1f CPU s since its start, RSS %d MB", istiod.cpu(), istiod.memory("VmRSS"));
            }
            settle(istiod);
            say("status written: %.0f s after its start, %.1f CPU s since then, %.1f of the API server, RSS %d MB",
                    seconds(began), istiod.cpu(), IstiodProcess.cpu(apiServer) - server, istiod.memory("VmRSS"));
            changes(istiod, clients, services);
            say("RSS %d MB, at most %d MB", istiod.memory("VmRSS"), istiod.memory("VmHWM"));
            if (whole) {
                many(istiod, services);
            }
        }
    }

    /** With all status there. */
    private void again() throws Exception {
        long began = System.nanoTime();
        double server = IstiodProcess.cpu(apiServer);
        try (IstiodProcess istiod = istiod()) {
            istiod.awaitReady();
            say("");
            say("started again: %.1f s, %.1f CPU s, RSS %d MB", seconds(began), istiod.cpu(), istiod.memory("VmRSS"));
            connect(istiod);
            settle(istiod);
            say("settled: %.0f s after its start, %.1f CPU s since then, %.1f of the API server, RSS %d MB, at most %d MB",
                    seconds(began), istiod.cpu(), IstiodProcess.cpu(apiServer) - server, istiod.memory("VmRSS"), istiod.memory("VmHWM"));
        }
    }

    /** Half of the clients are pods of a namespace with a Sidecar and see its twenty services; the others see all. */
    private List<DeltaClient> connect(IstiodProcess istiod) throws Exception {
        List<DeltaClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int service = i % 2 == 0 ? 8 + i : i * ScaleObjects.IN_A_NAMESPACE;
            String namespace = ScaleObjects.namespace(service);
            clients.add(new DeltaClient(vertx, istiod.port, "sidecar~%s~%s.%s~%s.svc.cluster.local"
                    .formatted(ScaleObjects.address(service, 1), ScaleObjects.pod(service, 1), namespace, namespace)));
        }
        for (DeltaClient one : clients) {
            if (!one.synced.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a client without an answer");
            }
        }
        return clients;
    }

    /** Waits until nothing but what is always done is done: five seconds with less than 5 % of a processor. */
    private static void settle(IstiodProcess istiod) throws Exception {
        double before;
        do {
            before = istiod.cpu();
            Thread.sleep(5_000);
        } while (istiod.cpu() - before > 0.25);
    }

    private void changes(IstiodProcess istiod, List<DeltaClient> clients, int services) throws Exception {
        double before = istiod.cpu();
        Thread.sleep(20_000);
        double idle = (istiod.cpu() - before) / 20;
        say("idle: %.1f %% of a processor", idle * 100);
        IntFunction<ScaleObjects.Written> slice = i -> ScaleObjects.slice(CHANGED, "10.200." + i / 250 % 250 + "." + (i % 250 + 1));
        IntFunction<ScaleObjects.Written> route = i -> ScaleObjects.route(CHANGED, i % 1000 + 6);
        measure("EndpointSlice", istiod, clients, idle, DeltaClient.ENDPOINT, i -> apply(slice.apply(i)));
        measure("VirtualService", istiod, clients, idle, DeltaClient.ROUTE, i -> apply(route.apply(i)));
        List<ScaleObjects.Written> added = new ArrayList<>();
        measure("Service added", istiod, clients, idle, DeltaClient.CLUSTER, i -> {
            ScaleObjects.Written one = ScaleObjects.bare(CHANGED, "added-" + services + "-" + i);
            added.add(one);
            create(one);
        });
        added.forEach(one -> client.raw(one.path() + "/" + one.name(), "DELETE", null));
        settle(istiod);
    }

    private interface Edit {
        void make(int round) throws Exception;
    }

    private void measure(String what, IstiodProcess istiod, List<DeltaClient> clients, double idle, String typeUrl, Edit edit) throws Exception {
        int round = 0;
        while (round < WARM_UP) {
            change(clients, typeUrl, edit, round++);
        }
        List<Double> cpu = new ArrayList<>();
        List<Double> took = new ArrayList<>();
        for (int batch = 0; batch < BATCHES; batch++) {
            double before = istiod.cpu();
            long began = System.nanoTime();
            for (int i = 0; i < IN_A_BATCH; i++) {
                took.addAll(change(clients, typeUrl, edit, round++));
            }
            Thread.sleep(1500);
            cpu.add((istiod.cpu() - before - idle * seconds(began)) * 1000 / IN_A_BATCH);
        }
        cpu.sort(Comparator.naturalOrder());
        took.sort(Comparator.naturalOrder());
        say("%s: %.1f ms of CPU (%.1f-%.1f); write to ACK %.0f ms (median), %.0f (p99)", what, cpu.get(BATCHES / 2), cpu.getFirst(), cpu.getLast(),
                took.get(took.size() / 2), took.get(took.size() * 99 / 100));
    }

    /** @return ms from the beginning of the write to the ACK of each client */
    private static List<Double> change(List<DeltaClient> clients, String typeUrl, Edit edit, int round) throws Exception {
        clients.forEach(one -> one.expect(typeUrl));
        long began = System.nanoTime();
        edit.make(round);
        List<Double> took = new ArrayList<>();
        for (DeltaClient one : clients) {
            if (!one.heard.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("client " + clients.indexOf(one) + " heard nothing of change " + round);
            }
            took.add((one.heardAt - began) / 1e6);
        }
        return took;
    }

    /** What is left in memory of a thousand changes, and of five hundred pods that restart at once. */
    private void many(IstiodProcess istiod, int services) throws Exception {
        String heap = live(istiod);
        double before = istiod.cpu();
        List<ScaleObjects.Written> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            all.add(i % 2 == 0
                    ? ScaleObjects.slice(i % services, "10.210." + i / 250 + "." + (i % 250 + 1))
                    : ScaleObjects.route(i % services, 7));
        }
        each(all);
        settle(istiod);
        say("1,000 changes: %.1f CPU s, RSS %d MB; live on the heap before %s, after %s", istiod.cpu() - before, istiod.memory("VmRSS"), heap, live(istiod));
        before = istiod.cpu();
        long began = System.nanoTime();
        List<ScaleObjects.Written> pods = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int pod = i % ScaleObjects.PODS;
            pods.add(ScaleObjects.pod(i / ScaleObjects.PODS, pod, "10.220." + i / 250 + "." + (i % 250 + 1)));
        }
        restart(pods);
        double written = seconds(began);
        settle(istiod);
        say("500 pods restarted within %.0f s: %.1f CPU s, RSS %d MB, at most %d MB; live on the heap %s",
                written, istiod.cpu() - before, istiod.memory("VmRSS"), istiod.memory("VmHWM"), live(istiod));
    }

    private void each(List<ScaleObjects.Written> all) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<?> one : all.stream().map(object -> threads.submit(() -> apply(object))).toList()) {
                one.get();
            }
        }
    }

    private void restart(List<ScaleObjects.Written> pods) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<?> one : pods.stream().map(pod -> threads.submit(() -> {
                client.raw(pod.path() + "/" + pod.name() + "?gracePeriodSeconds=0", "DELETE", null);
                create(pod);
            })).toList()) {
                one.get();
            }
        }
    }

    /** MB of objects that are alive, after a collection. */
    private static String live(IstiodProcess istiod) throws Exception {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), "" + istiod.pid(), "GC.class_histogram")
                .redirectErrorStream(true).start();
        String total = jcmd.inputReader().lines().filter(line -> line.startsWith("Total")).findFirst().orElse("Total 0 0");
        return Long.parseLong(total.trim().split(" +")[2]) / (1 << 20) + " MB";
    }

    private static double seconds(long since) {
        return Duration.ofNanos(System.nanoTime() - since).toMillis() / 1000.0;
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
