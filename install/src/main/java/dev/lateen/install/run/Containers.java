package dev.lateen.install.run;

import dev.lateen.install.standin.OutboundPath;
import dev.lateen.install.standin.SampleImage;
import dev.lateen.install.standin.StandInBootstrap;
import dev.lateen.install.standin.StandIns;
import io.fabric8.kubernetes.api.model.Container;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Brings a pod's containers to life: a known sample as a stand-in, any other by its command as a process. */
final class Containers {
    static final int PROXY_PORT = 15001;
    private static final Duration MAX_GRACE = Duration.ofSeconds(3);
    private static final long START_SECONDS = 10;

    private final StandIns standIns;
    private final OutboundPath.ServiceDirectory directory;
    private final Path logs;

    Containers(StandIns standIns, OutboundPath.ServiceDirectory directory, Path logs) {
        this.standIns = standIns;
        this.directory = directory;
        this.logs = logs;
    }

    /**
     * What the containers of a pod have in common.
     *
     * @param sidecar whether requests to them come through a proxy, and theirs leave through it
     * @param log where the output of its processes goes
     */
    private record Place(PodPlan pod, AddressPlan.Addresses addresses, boolean sidecar, RollingFile log) {
        /** The address that a container listens on. */
        String host() {
            return sidecar ? addresses.app() : addresses.pod();
        }
    }

    /** Starts all containers of a pod. Never fails: what goes wrong is the container's state. */
    List<RunningContainer> start(
            PodPlan pod, AddressPlan.Addresses addresses, boolean sidecar, PodEnvironment variables) {
        var log = new RollingFile(logs.resolve(pod.namespace() + "." + pod.name() + ".log"), RollingFile.USUAL_LIMIT);
        Place place = new Place(pod, addresses, sidecar, log);
        List<RunningContainer> running = new ArrayList<>();
        for (Container container : pod.containers()) {
            if (container.getName().equals("istio-proxy")) {
                continue;
            }
            String missing = variables.missing(pod, container);
            running.add(
                    missing.isEmpty()
                            ? start(place, container, variables.of(pod, container, addresses.pod()))
                            : new Absent("container " + container.getName() + " can't start: " + missing));
        }
        return running;
    }

    private RunningContainer start(Place place, Container container, Map<String, String> environment) {
        Optional<SampleImage> sample = SampleImage.of(container.getImage() == null ? "" : container.getImage());
        if (sample.isPresent()) {
            return standIn(place, container, sample.get(), environment);
        }
        if (container.getCommand() == null || container.getCommand().isEmpty()) {
            return new Absent("no stand-in for image " + container.getImage() + ", and no command to run");
        }
        return process(place, container, environment);
    }

    private RunningContainer standIn(
            Place place, Container container, SampleImage sample, Map<String, String> environment) {
        OutboundPath outbound = place.sidecar()
                ? new OutboundPath.ThroughSidecar(SocketAddress.inetSocketAddress(
                        PROXY_PORT, place.addresses().pod()))
                : new OutboundPath.Direct(directory);
        var bootstrap = new StandInBootstrap(
                place.pod().name(),
                place.host(),
                PodPlan.ports(container),
                args(container, environment),
                environment,
                outbound);
        String name = sample.title();
        try {
            StandIns.Running running = standIns.start(sample, bootstrap)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS, TimeUnit.SECONDS);
            return new StandIn(name, running);
        } catch (ExecutionException | TimeoutException | CompletionException e) {
            return new Absent("stand-in " + name + " can't listen on " + bootstrap.address() + ": " + cause(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Absent("interrupted");
        }
    }

    private static String cause(Exception e) {
        return String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
    }

    private RunningContainer process(Place place, Container container, Map<String, String> environment) {
        addPlace(environment, place, PodPlan.ports(container));
        List<String> command = new ArrayList<>();
        container.getCommand().forEach(word -> command.add(PodEnvironment.expand(word, environment)));
        command.addAll(args(container, environment));
        Path directory =
                container.getWorkingDir() == null || container.getWorkingDir().isEmpty()
                        ? null
                        : Path.of(container.getWorkingDir());
        Long grace = place.pod().pod().getSpec().getTerminationGracePeriodSeconds();
        Duration wanted = grace == null ? MAX_GRACE : Duration.ofSeconds(Math.max(grace, 0));
        return LocalProcess.start(new LocalProcess.Spec(
                container.getName(),
                command,
                environment,
                directory,
                place.log(),
                LocalProcess.Restart.of(place.pod().pod().getSpec().getRestartPolicy()),
                wanted.compareTo(MAX_GRACE) < 0 ? wanted : MAX_GRACE,
                Probing.of(
                        container,
                        environment.getOrDefault("HOST", place.addresses().pod()),
                        probe -> LocalProcess.builder(probe, environment, directory))));
    }

    /** What a process must know of where it is, unless the manifest says otherwise. */
    private static void addPlace(Map<String, String> environment, Place place, List<Integer> ports) {
        environment.putIfAbsent("HOST", place.host());
        environment.putIfAbsent("POD_IP", place.addresses().pod());
        if (!ports.isEmpty()) {
            environment.putIfAbsent("PORT", Integer.toString(ports.getFirst()));
        }
        if (place.sidecar()) {
            String proxy = "http://" + place.addresses().pod() + ":" + PROXY_PORT;
            for (String name : List.of("HTTP_PROXY", "http_proxy")) {
                environment.putIfAbsent(name, proxy);
            }
            for (String name : List.of("NO_PROXY", "no_proxy")) {
                environment.putIfAbsent(name, "127.0.0.1,localhost");
            }
        }
    }

    private static List<String> args(Container container, Map<String, String> environment) {
        return container.getArgs() == null
                ? List.of()
                : container.getArgs().stream()
                        .map(word -> PodEnvironment.expand(word, environment))
                        .toList();
    }

    private record StandIn(String name, StandIns.Running running) implements RunningContainer {
        @Override
        public Health health() {
            return Health.READY;
        }

        @Override
        public String state() {
            return running.ports().isEmpty() ? name + " (waits)" : name;
        }

        @Override
        public void stop() {
            try {
                running.stop().toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException alreadyClosed) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private record Absent(String state) implements RunningContainer {
        @Override
        public Health health() {
            return Health.NOT_READY;
        }

        @Override
        public void stop() {}
    }
}
