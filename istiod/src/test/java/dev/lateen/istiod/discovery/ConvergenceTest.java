package dev.lateen.istiod.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ConvergenceTest {
    private static final String CDS = "cds";
    private static final String LDS = "lds";

    private final List<String> told = new ArrayList<>();
    private long now;
    private final Convergence<String> convergence = new Convergence<>(
            new DiscoveryEvents() {
                @Override
                public void inForce(long version, Set<String> touched, Set<String> absent, Duration took) {
                    told.add(version + " " + new TreeSet<>(touched) + " without " + new TreeSet<>(absent) + " after "
                            + took.toMillis());
                }
            },
            () -> now);

    private void published(long version, String... lost) {
        convergence.published(version, List.of("stream a", "stream b"), List.of(lost));
    }

    private void settled(String node, long version) {
        convergence.settled("stream " + node, node, version);
    }

    @Test
    void aSnapshotIsInForceWhenTheLastProxyHasAnswered() {
        published(1);
        convergence.touched("stream a", "a");
        settled("a", 1);
        now = 7_000_000;
        assertThat(told).isEmpty();
        settled("b", 1);
        settled("b", 1);
        assertThat(told).containsExactly("1 [a] without [] after 7");
    }

    @Test
    void whatAnOvertakenSnapshotTouchedCountsForTheNext() {
        published(1);
        convergence.touched("stream a", "a");
        published(2);
        convergence.touched("stream b", "b");
        settled("a", 1);
        settled("a", 2);
        settled("b", 2);
        assertThat(told).containsExactly("2 [a, b] without [] after 0");
    }

    @Test
    void aRejectionKeepsItFromBeingInForceUntilItIsTakenBack() {
        published(1);
        convergence.touched("stream a", "a");
        convergence.rejected("stream a", "a", LDS);
        settled("a", 1);
        settled("b", 1);
        convergence.accepted("a", CDS);
        assertThat(told).isEmpty();
        convergence.accepted("a", LDS);
        assertThat(told).containsExactly("1 [a] without [] after 0");
    }

    @Test
    void aRejectionThatWasToldDoesNotKeepTheNextSnapshotBack() {
        published(1);
        convergence.rejected("stream a", "a", LDS);
        settled("a", 1);
        settled("b", 1);
        published(2);
        convergence.touched("stream b", "b");
        settled("a", 2);
        settled("b", 2);
        assertThat(told).containsExactly("2 [b] without [] after 0");
    }

    @Test
    void aRejectionOfAnOvertakenSnapshotCounts() {
        published(1);
        convergence.touched("stream a", "a");
        convergence.rejected("stream a", "a", LDS);
        published(2);
        settled("a", 2);
        settled("b", 2);
        assertThat(told).isEmpty();
    }

    @Test
    void aTouchedProxyThatIsLostBeforeItAnsweredKeepsItBackUntilItReturns() {
        published(1);
        convergence.touched("stream a", "a");
        settled("b", 1);
        convergence.lost("stream a", "a");
        assertThat(told).isEmpty();
        convergence.settled("another stream", "a", 1);
        assertThat(told).containsExactly("1 [a] without [] after 0");
    }

    @Test
    void aProxyThatHeardNothingIsNamedAndNotWaitedFor() {
        published(1, "c");
        convergence.lost("stream b", "b");
        settled("a", 1);
        assertThat(told).containsExactly("1 [] without [b, c] after 0");
    }

    @Test
    void aProxyThatTookItsLeaveIsNotMissed() {
        published(1);
        settled("a", 1);
        convergence.touched("stream b", "b");
        convergence.gone("stream b");
        assertThat(told).containsExactly("1 [b] without [] after 0");
    }

    @Test
    void whoReturnsAndRejectsHasItNotInForce() {
        published(1, "c");
        settled("a", 1);
        convergence.rejected("stream c", "c", LDS);
        convergence.settled("stream c", "c", 1);
        settled("b", 1);
        assertThat(told).isEmpty();
    }
}
