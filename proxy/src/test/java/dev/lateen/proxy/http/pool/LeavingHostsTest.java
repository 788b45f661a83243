package dev.lateen.proxy.http.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.model.ProxySnapshot;
import dev.lateen.proxy.upstream.Host;
import dev.lateen.proxy.upstream.UpstreamCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of connections and of who waits when a host leaves the configuration. */
class LeavingHostsTest extends PoolFixture {
    // --- hosts that leave

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void whoWaitsForAHostThatLeavesTheConfigurationIsServedByItOnce(String protocol) {
        UpstreamCluster cluster = cluster();
        Asking waits = ask(options(protocol));

        configured();
        Server server = network.accept();
        answer(server, protocol);

        assertThat(waits.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
        assertThat(network.tried()).isEqualTo(1);
        assertThat(cluster.breaker().connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void whoWaitsForAHostOfAClusterThatIsGoneIsServedByItOnce(String protocol) {
        Asking waits = ask(options(protocol));

        current.put(ProxySnapshot.EMPTY);
        answer(network.accept(), protocol);

        assertThat(waits.told).containsExactly("stream", "200");
        assertThat(network.tried()).isEqualTo(1);
        assertThat(network.accepted.getFirst().isOpen()).isFalse();
    }

    @Test
    void allWhoWaitForAHostThatLeavesAreServed() {
        UpstreamCluster cluster = cluster();
        Host host = host();
        Asking first = ask(cluster, host, PoolOptions.HTTP1);
        Asking second = ask(cluster, host, PoolOptions.HTTP1);

        configured("10.0.0.2");
        Server one = network.accept();
        Server two = network.accept();
        loop.runPendingTasks();
        one.answersNothing();
        two.answersNothing();

        assertThat(first.told).containsExactly("stream", "200");
        assertThat(second.told).containsExactly("stream", "200");
        assertThat(network.tried()).isEqualTo(2);
        assertThat(one.isOpen() || two.isOpen()).isFalse();
    }

    @Test
    void aHostThatLeftAndCannotBeReachedFailsWhoWaitsForIt() {
        Asking waits = ask(PoolOptions.HTTP1);
        configured();
        network.refuse();
        assertThat(waits.told).containsExactly("delayed connect error: Connection refused");
        assertThat(network.tried()).isEqualTo(1);
    }

    @Test
    void aConnectionToAHostThatLeftIsClosedWhenNobodyWaitsForItAnyMore() {
        Asking waits = ask(PoolOptions.HTTP1);
        configured();
        assertThat(waits.place).isNotNull();
        waits.place.cancel();
        Server server = network.accept();
        assertThat(server.isOpen()).isFalse();
        assertThat(waits.told).isEmpty();
        assertThat(network.tried()).isEqualTo(1);
        nothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void aHostThatLeavesClosesItsIdleConnectionsAtOnce(String protocol) {
        ask(options(protocol));
        Server server = network.accept();
        answer(server, protocol);
        assertThat(server.isOpen()).isTrue();
        configured("10.0.0.2");
        assertThat(server.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h1", "h2"})
    void aHostThatLeavesEndsARequestUnderWayBeforeItsConnection(String protocol) {
        Asking asking = ask(options(protocol));
        Server server = network.accept();
        loop.runPendingTasks();
        configured("10.0.0.2");
        assertThat(server.isOpen()).isTrue();
        answer(server, protocol);
        assertThat(asking.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
    }

    @Test
    void whoChoseAHostJustBeforeItLeftIsStillServed() {
        UpstreamCluster cluster = cluster();
        Host host = host();
        configured();
        Asking late = ask(cluster, host, PoolOptions.HTTP1);
        Server server = network.accept();
        answer(server, "h1");
        assertThat(late.told).containsExactly("stream", "200");
        assertThat(server.isOpen()).isFalse();
    }
}
