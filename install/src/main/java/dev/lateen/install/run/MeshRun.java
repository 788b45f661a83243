package dev.lateen.install.run;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.failure.IoReason;
import dev.lateen.install.standin.StandIns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole mesh from start to end: the control plane, the pods, the gateways, and the watch over the users' files. */
final class MeshRun {
    private static final Logger LOG = LoggerFactory.getLogger(MeshRun.class);
    private static final Duration SYNC_PATIENCE = Duration.ofSeconds(30);
    /** How long a leaving pod still answers after the proxies were told. */
    private static final Duration SETTLE_PATIENCE = Duration.ofSeconds(10);
    /** How long an edit, or the table, waits for new pods to be ready. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(10);

    private static final long LOOK_MILLIS = 200;
    private static final long REST_MILLIS = 60;
    private static final long WAIT_MILLIS = 20;
    private static final int MOST_RESTS = 10;
    private static final int RETRY_LOOKS = 25;
    private static final int SESSION_KEY_BYTES = 32;

    private final RunBootstrap bootstrap;
    private final MeshRoles.Maker roles;
    private final MeshLog log;
    private final CountDownLatch stop;
    private final ManifestReader reader = new ManifestReader();
    private final PodDerivation derivation = new PodDerivation();
    private final LiveManifests files;
    private final PodReport report;
    private Set<String> told = Set.of();
    /** What went wrong at the last look; empty if nothing did. */
    private String broken = "";
    /** In so many looks an edit that could not be followed is tried again; 0 if there is none. */
    private int again;

    /**
     * A mesh that is not started yet.
     *
     * @param roles make the control plane and the proxies
     * @param stop counts down when it is to end
     */
    MeshRun(RunBootstrap bootstrap, MeshRoles.Maker roles, MeshLog log, CountDownLatch stop) {
        this.roles = roles;
        this.bootstrap = bootstrap;
        this.log = log;
        this.stop = stop;
        this.files = new LiveManifests(reader, bootstrap.paths());
        this.report = new PodReport(log);
    }

    /** The parts that a mesh is made of while it runs. */
    private record Parts(
            MeshRoles roles, MeshControlPlane controlPlane, ProxyHost proxies, StandIns standIns, Mesh mesh) {}

    /**
     * Starts, runs until it is told to stop, drains and ends.
     *
     * @param whenUp called once, when the table has been printed
     * @throws CommandFailure if the config is bad or a port is taken
     */
    void run(Runnable whenUp) throws InterruptedException {
        // Before the first reading: what is edited from now on is seen.
        ManifestWatch watch = new ManifestWatch(bootstrap.paths());
        Manifests manifests = reader.read(bootstrap.paths());
        files.read();
        DesiredMesh desired = DesiredMesh.of(manifests, bootstrap.gatewayPort(), reader, derivation);
        createDirectories();
        Vertx vertx = roles.vertx();
        try {
            Parts parts = assemble(vertx);
            parts.mesh().announce(desired);
            if (!parts.mesh().trouble().isEmpty()) {
                throw new CommandFailure(CommandFailure.FAILED, parts.mesh().trouble());
            }
            refuseIfBad(manifests, parts.roles());
            checkPorts(desired);
            serve(parts, desired, manifests, watch, whenUp);
        } finally {
            await(vertx.close());
        }
    }

    private void serve(Parts parts, DesiredMesh desired, Manifests manifests, ManifestWatch watch, Runnable whenUp)
            throws InterruptedException {
        try {
            start(parts, desired, manifests);
            whenUp.run();
            watch(parts, watch);
            log.line("draining ...");
        } finally {
            end(parts);
        }
    }

    /** What this reader and istiod find, each thing once: istiod looks at the whole, this reader more closely at workloads. */
    private void refuseIfBad(Manifests manifests, MeshRoles made) {
        Set<String> problems = new LinkedHashSet<>(manifests.refusals());
        problems.addAll(made.problems(bootstrap.paths()));
        if (!problems.isEmpty()) {
            throw refusal(List.copyOf(problems));
        }
    }

    private static CommandFailure refusal(List<String> problems) {
        String count = problems.size() == 1 ? "one problem" : problems.size() + " problems";
        return new CommandFailure(
                CommandFailure.BAD_INPUT, "the config has " + count + ":\n  " + String.join("\n  ", problems));
    }

    private void checkPorts(DesiredMesh desired) {
        RunBootstrap.Addresses addresses = bootstrap.addresses();
        List<RunBootstrap.Listen> wanted = new ArrayList<>(
                List.of(addresses.grpc(), addresses.secureGrpc(), addresses.monitoring(), addresses.https()));
        desired.ingressPorts().stream()
                .findFirst()
                .ifPresent(port -> wanted.add(new RunBootstrap.Listen("--gateway-port", "127.0.0.1", port)));
        String firstPod = new AddressPlan(bootstrap.podNetwork(), bootstrap.appNetwork())
                .of("any")
                .pod();
        wanted.add(new RunBootstrap.Listen("--pod-network", firstPod, 15000));
        FreePorts.check(wanted);
    }

    private void createDirectories() {
        refuseStateAmongFiles();
        try {
            Files.createDirectories(bootstrap.generated());
            Files.createDirectories(bootstrap.logs());
            try (Stream<Path> old = Files.list(bootstrap.generated())) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED, "can't write to " + bootstrap.state() + ": " + IoReason.of(e));
        }
    }

    /** What is written there would be read as if users had written it. */
    private void refuseStateAmongFiles() {
        for (Path path : bootstrap.paths()) {
            Path state = real(bootstrap.state());
            if (Files.isDirectory(path) && state.startsWith(real(path))) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT,
                        "--state: " + bootstrap.state() + " is within " + path
                                + ", whose files are the mesh's (expected: a" + " directory elsewhere)");
            }
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // Not there yet.
            return path.toAbsolutePath().normalize();
        }
    }

    private Parts assemble(Vertx vertx) {
        RandomGenerator random = new SecureRandom();
        byte[] sessionKey = new byte[SESSION_KEY_BYTES];
        random.nextBytes(sessionKey);
        StandIns standIns = new StandIns(vertx, sessionKey, random);
        ServiceLookup services = new ServiceLookup();
        MeshRoles made = roles.make(bootstrap, vertx, log);
        MeshControlPlane controlPlane = made.controlPlane();
        ProxyHost proxies = made.proxies();
        PodLife life = new PodLife(
                controlPlane,
                proxies,
                new Containers(standIns, services, bootstrap.logs()),
                new AddressPlan(bootstrap.podNetwork(), bootstrap.appNetwork()),
                log);
        Mesh mesh = new Mesh(controlPlane, life, services, new GeneratedConfig(bootstrap.generated()));
        return new Parts(made, controlPlane, proxies, standIns, mesh);
    }

    private void start(Parts parts, DesiredMesh desired, Manifests manifests) throws InterruptedException {
        warn(manifests);
        log.progress("starting the control plane");
        parts.controlPlane().start(parts.mesh()::isUp);
        Mesh mesh = parts.mesh();
        mesh.start(manifests);
        await(SYNC_PATIENCE, () -> {
            log.progress("waiting for config: " + mesh.proxiesInSync() + " of " + mesh.proxies() + " proxies in sync");
            return mesh.isInSync();
        });
        await(START_PATIENCE, () -> {
            log.progress("waiting for pods to be ready");
            return mesh.pods().stream().noneMatch(PodRuntime::isStarting);
        });
        mesh.refresh();
        mesh.markUp();
        printTable(parts, desired.ingressPorts());
    }

    private void warn(Manifests manifests) {
        Set<String> warnings = new LinkedHashSet<>();
        manifests.workloadProblems().forEach(problem -> warnings.add(problem.toString()));
        if (derivation.pods(manifests).isEmpty()) {
            log.line("nothing to run in "
                    + bootstrap.paths().stream().map(Path::toString).collect(Collectors.joining(", "))
                    + " (expected: Deployments or other workloads); the gateways wait for an edit");
        }
        warnings.forEach(log::line);
        told = warnings;
    }

    /** Waits until something holds, but not for ever, and not when the mesh is to end. */
    private void await(Duration patience, BooleanSupplier done) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!done.getAsBoolean() && System.nanoTime() < deadline) {
            if (stop.await(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private final Pace pace = new Pace() {
        @Override
        public void awaitStart(BooleanSupplier done) throws InterruptedException {
            await(START_PATIENCE, done);
        }

        @Override
        public void awaitHeard(BooleanSupplier done) throws InterruptedException {
            await(SETTLE_PATIENCE, done);
        }
    };

    private void printTable(Parts parts, List<Integer> ingressPorts) {
        Set<String> inSync = parts.controlPlane().inSync();
        String gateway = "127.0.0.1"
                + ingressPorts.stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(",", ingressPorts.isEmpty() ? "" : ":", ""));
        List<MeshTable.Row> rows = new ArrayList<>();
        rows.add(new MeshTable.Row("istiod", bootstrap.addresses().secureGrpc().toString(), "serves"));
        parts.mesh().pods().forEach(pod -> rows.add(MeshTable.row(pod, inSync, gateway)));
        MeshTable.lines(rows).forEach(log::line);
        report.look(parts.mesh().pods());
    }

    private void watch(Parts parts, ManifestWatch watch) throws InterruptedException {
        long deadline =
                bootstrap.duration().map(d -> System.nanoTime() + d.toNanos()).orElse(Long.MAX_VALUE);
        while (System.nanoTime() < deadline && !stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            try {
                look(parts, watch);
                broken = "";
            } catch (RuntimeException e) {
                // What goes wrong with one edit or one pod is no end of all the others.
                tell(e);
            }
        }
    }

    private void look(Parts parts, ManifestWatch watch) throws InterruptedException {
        boolean edited = watch.hasChanged();
        if (edited) {
            awaitRest(watch);
        }
        if (edited || (again > 0 && --again == 0)) {
            // Counts if it can't be followed to its end.
            again = RETRY_LOOKS;
            again = follow(parts.mesh()) ? 0 : RETRY_LOOKS;
        }
        parts.mesh().refresh();
        report.trouble(parts.mesh().trouble());
        report.stopped(parts.mesh().retire(pace));
        report.look(parts.mesh().pods());
    }

    private void tell(RuntimeException e) {
        String now = e instanceof CommandFailure failure ? failure.getMessage() : e.toString();
        if (!now.equals(broken)) {
            log.line(now + "; the mesh goes on, and this is tried again");
            LOG.error("a look at files and pods went wrong", e);
            broken = now;
        }
    }

    /** Takes an edit over, and answers whether everything that it asks for runs; what is wrong in it is told once, and of that file stays what was good. */
    private boolean follow(Mesh mesh) throws InterruptedException {
        Manifests next = files.read();
        // Istiod reads the same files and tells what else is wrong with them.
        Set<String> wrong = new LinkedHashSet<>();
        next.workloadProblems().forEach(problem -> wrong.add((problem.isError() ? "not taken: " : "") + problem));
        wrong.stream().filter(problem -> !told.contains(problem)).forEach(log::line);
        told = wrong;
        DesiredMesh desired = DesiredMesh.of(next, bootstrap.gatewayPort(), reader, derivation);
        Mesh.Change change = mesh.reconcile(desired, next, pace);
        report.changed(change);
        return change.failures().isEmpty();
    }

    /** An edit is taken when the files have rested for a moment, so that none is read half written. */
    private static void awaitRest(ManifestWatch watch) throws InterruptedException {
        for (int i = 0; i < MOST_RESTS; i++) {
            Thread.sleep(REST_MILLIS);
            if (!watch.hasChanged()) {
                return;
            }
        }
    }

    private void end(Parts parts) throws InterruptedException {
        parts.mesh().stop();
        parts.proxies().close();
        parts.controlPlane().stop();
        await(parts.standIns().close());
    }

    private static void await(Future<Void> future) throws InterruptedException {
        try {
            future.toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new UncheckedIOException(new IOException("not everything could be closed", e));
        }
    }
}
