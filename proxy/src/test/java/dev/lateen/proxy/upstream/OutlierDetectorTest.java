package dev.lateen.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.OutlierDetection;
import dev.lateen.proxy.model.Endpoint.Health;
import dev.lateen.proxy.model.LoadAssignment.Locality;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The detector alone, with hosts and a clock of the test's own. */
class OutlierDetectorTest {
    private final FakeTimers timers = new FakeTimers();
    private final List<Host> hosts = new ArrayList<>();
    private int changes;

    OutlierDetectorTest() {
        for (int i = 1; i <= 4; i++) {
            hosts.add(new Host(
                    new InetSocketAddress("10.0.0." + i, 80),
                    new Host.Placement(
                            UpstreamFixtures.endpoint("10.0.0." + i, 1, Health.HEALTHY),
                            new Locality("", "", ""),
                            1,
                            0)));
        }
    }

    private OutlierDetector detector(OutlierDetection config) {
        return new OutlierDetector(config, timers, () -> hosts, () -> changes++, null);
    }

    private static OutlierDetection config(int of5xx, int ofGateway, int ofLocal, boolean split, int mostPercent) {
        return new OutlierDetection(
                of5xx,
                ofGateway,
                ofLocal,
                split,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(70),
                mostPercent);
    }

    private Host first() {
        return hosts.getFirst();
    }

    private static void answers(OutlierDetector detector, Host host, int status, int times) {
        for (int i = 0; i < times; i++) {
            detector.onResponse(host, status);
        }
    }

    @Test
    void aHostIsEjectedByFailuresInARowOnly() {
        OutlierDetector detector = detector(config(3, 0, 0, false, 50));
        answers(detector, first(), 500, 2);
        answers(detector, first(), 200, 1);
        answers(detector, first(), 500, 2);
        assertThat(first().isEjected()).isFalse();
        answers(detector, first(), 500, 1);
        assertThat(first().isEjected()).isTrue();
        assertThat(changes).isEqualTo(1);
        assertThat(detector.ejections()).isEqualTo(1);
    }

    @Test
    void gatewayErrorsAreThreeStatuses() {
        OutlierDetector detector = detector(config(0, 3, 0, false, 50));
        answers(detector, first(), 500, 10);
        assertThat(first().isEjected()).isFalse();
        answers(detector, first(), 502, 1);
        answers(detector, first(), 503, 1);
        answers(detector, first(), 504, 1);
        assertThat(first().isEjected()).isTrue();
    }

    @Test
    void anEjectedHostComesBackAfterItsTimeAndStaysAwayLongerTheNextTimes() {
        OutlierDetector detector = detector(config(1, 0, 0, false, 50));
        for (int seconds : new int[] {30, 60, 70, 70}) {
            answers(detector, first(), 503, 1);
            assertThat(first().isEjected()).isTrue();
            timers.pass(Duration.ofSeconds(seconds - 10));
            assertThat(first().isEjected()).as("%d s", seconds).isTrue();
            timers.pass(Duration.ofSeconds(10));
            assertThat(first().isEjected()).as("%d s", seconds).isFalse();
        }
    }

    @Test
    void goodBehaviourIsRemembered() {
        OutlierDetector detector = detector(config(1, 0, 0, false, 50));
        answers(detector, first(), 503, 1);
        timers.pass(Duration.ofSeconds(30));
        timers.pass(Duration.ofSeconds(20));
        answers(detector, first(), 503, 1);
        timers.pass(Duration.ofSeconds(30));
        assertThat(first().isEjected()).isFalse();
    }

    @Test
    void noMoreThanTheGreatestShareIsOut() {
        OutlierDetector detector = detector(config(1, 0, 0, false, 50));
        hosts.forEach(host -> answers(detector, host, 500, 1));
        assertThat(hosts.stream().filter(Host::isEjected)).hasSize(2);
        assertThat(detector.overflows()).isEqualTo(2);
    }

    @Test
    void failuresToConnectCountAsAnswersUnlessTheyAreSplitOff() {
        OutlierDetector together = detector(config(2, 0, 0, false, 50));
        together.onLocalFailure(first(), LocalFailure.CONNECT);
        together.onLocalFailure(first(), LocalFailure.TIMEOUT);
        assertThat(first().isEjected()).isTrue();
        Host second = hosts.get(1);
        OutlierDetector apart = detector(config(2, 0, 3, true, 50));
        apart.onLocalFailure(second, LocalFailure.CONNECT);
        apart.onLocalFailure(second, LocalFailure.CONNECT);
        assertThat(second.isEjected()).isFalse();
        apart.onConnected(second, false);
        apart.onLocalFailure(second, LocalFailure.CONNECT);
        apart.onLocalFailure(second, LocalFailure.CONNECT);
        apart.onLocalFailure(second, LocalFailure.CONNECT);
        assertThat(second.isEjected()).isTrue();
    }

    @Test
    void aHostThatIsGoneIsNotEjected() {
        OutlierDetector detector = detector(config(1, 0, 0, false, 50));
        Host gone = hosts.removeFirst();
        answers(detector, gone, 500, 1);
        assertThat(gone.isEjected()).isFalse();
    }

    @Test
    void whereNobodyIsOutNoTimerRuns() {
        OutlierDetector detector = detector(config(1, 0, 0, false, 50));
        answers(detector, first(), 200, 5);
        assertThat(timers.pending()).isZero();
        answers(detector, first(), 500, 1);
        assertThat(timers.pending()).isEqualTo(1);
        detector.close();
        assertThat(timers.pending()).isZero();
    }
}
