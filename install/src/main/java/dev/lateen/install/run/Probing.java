package dev.lateen.install.run;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One of a container's probes, with Kubernetes' defaults.
 *
 * @param question what is asked
 * @param delay how long after the start the first time
 * @param period how long between two times
 * @param failures how many bad answers in a row count
 * @param successes how many good ones in a row
 * @param once whether it is over with the first success
 * @param complaint what is wrong when it fails, in a few words
 */
record Probing(
        Question question,
        Duration delay,
        Duration period,
        int failures,
        int successes,
        boolean once,
        String complaint) {
    private static final Duration PORT_PERIOD = Duration.ofMillis(100);
    /** How long a program without a probe has until it must listen. */
    private static final Duration PORT_PATIENCE = Duration.ofSeconds(10);

    /** Something that is asked of a container; blocks for as long as the answer takes. */
    @FunctionalInterface
    interface Question {
        boolean isAnsweredWell() throws InterruptedException;
    }

    /** All of a container's probes; null where there is none. */
    record Probes(
            @Nullable Probing startup,
            @Nullable Probing readiness,
            @Nullable Probing liveness) {
        static final Probes NONE = new Probes(null, null, null);
    }

    /** The probes of a container that listens at an address; without a readiness probe it is ready when it listens on a port it declares. */
    static Probes of(Container container, String address, ProbeQuestions.Program program) {
        Probe ready = container.getReadinessProbe();
        Probe startup = container.getStartupProbe();
        Probe live = container.getLivenessProbe();
        List<Integer> ports = PodPlan.ports(container);
        return new Probes(
                startup == null
                        ? null
                        : of(startup, ProbeQuestions.of(startup, container, address, program), true, "startup"),
                ready == null
                        ? listening(ports, address)
                        : of(ready, ProbeQuestions.of(ready, container, address, program), false, "readiness"),
                live == null
                        ? null
                        : of(live, ProbeQuestions.of(live, container, address, program), false, "liveness"));
    }

    private static @Nullable Probing listening(List<Integer> ports, String address) {
        if (ports.isEmpty()) {
            return null;
        }
        String addresses = ports.stream().map(port -> address + ":" + port).collect(Collectors.joining(", "));
        return new Probing(
                () -> ports.stream().anyMatch(port -> ProbeQuestions.listens(address, port, Duration.ofSeconds(1))),
                Duration.ZERO,
                PORT_PERIOD,
                (int) PORT_PATIENCE.dividedBy(PORT_PERIOD),
                1,
                true,
                "but nothing listens on " + addresses + " (expected: a server on $HOST:$PORT)");
    }

    private static @Nullable Probing of(Probe probe, @Nullable Question question, boolean once, String name) {
        return question == null
                ? null
                : new Probing(
                        question,
                        Duration.ofSeconds(atLeast(0, probe.getInitialDelaySeconds(), 0)),
                        Duration.ofSeconds(atLeast(1, probe.getPeriodSeconds(), 10)),
                        atLeast(1, probe.getFailureThreshold(), 3),
                        atLeast(1, probe.getSuccessThreshold(), 1),
                        once,
                        "its " + name + " probe fails");
    }

    static int atLeast(int least, @Nullable Integer given, int otherwise) {
        return given == null ? otherwise : Math.max(least, given);
    }
}
