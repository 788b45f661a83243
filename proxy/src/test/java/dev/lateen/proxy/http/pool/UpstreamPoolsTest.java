package dev.lateen.proxy.http.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.message.OriginalSource;
import dev.lateen.proxy.model.Cluster.CircuitBreakers;
import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import dev.lateen.proxy.transport.ProxyHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** Who gets which connection, and who waits. */
class UpstreamPoolsTest extends PoolFixture {
    // --- who waits

    @Test
    void aConnectionIsUsedAgainAndSaysSo() {
        ask(PoolOptions.HTTP1);
        Server server = network.accept();
        answer(server, "h1");
        Asking second = ask(PoolOptions.HTTP1);
        assertThat(second.place).isNull();
        assertThat(second.told).containsExactly("stream, used before");
        assertThat(network.tried()).isEqualTo(1);
    }

    @Test
    void eachHttp1RequestThatWaitsHasAConnectionOfItsOwn() {
        ask(PoolOptions.HTTP1);
        ask(PoolOptions.HTTP1);
        assertThat(network.connecting()).isEqualTo(2);
    }

    @Test
    void http2RequestsWaitForOneConnectionTogether() {
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(network.connecting()).isEqualTo(1);
        network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void whoComesFirstIsServedFirst() {
        limits = new CircuitBreakers(1, 1000, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        Asking first = ask(PoolOptions.HTTP1);
        Asking second = ask(PoolOptions.HTTP1);
        Asking third = ask(PoolOptions.HTTP1);
        assertThat(network.tried()).isEqualTo(1);
        Server server = network.accept();
        answer(server, "h1");
        assertThat(first.told).containsExactly("stream", "200");
        assertThat(second.told).containsExactly("stream, used before");
        assertThat(third.told).isEmpty();
    }

    @Test
    void whoGaveUpWaitingHearsNothing() {
        Asking gone = ask(PoolOptions.HTTP1);
        assertThat(gone.place).isNotNull();
        gone.place.cancel();
        gone.place.cancel();
        Server server = network.accept();
        Asking next = ask(PoolOptions.HTTP1);
        assertThat(gone.told).isEmpty();
        assertThat(next.told).containsExactly("stream");
        answer(server, "h1");
        assertThat(cluster().breaker().pending()).isZero();
    }

    @Test
    void aConnectionThatCannotBeMadeFailsAllWhoWait() {
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        network.refuse();
        assertThat(first.told).containsExactly("delayed connect error: Connection refused");
        assertThat(second.told).containsExactly("delayed connect error: Connection refused");
        assertThat(network.connecting()).isZero();
        nothingIsHeld();
    }

    // --- limits

    @Test
    void moreThanMayWaitAreRefused() {
        limits = new CircuitBreakers(1000, 1, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        ask(PoolOptions.HTTP1);
        assertThat(ask(PoolOptions.HTTP1).told).containsExactly("overflow");
    }

    @Test
    void moreThanMayBeUnderWayAreRefused() {
        limits = new CircuitBreakers(1000, 1000, 1, 1000, -1, 0);
        configured("10.0.0.1");
        ask(PoolOptions.HTTP2);
        network.accept();
        assertThat(ask(PoolOptions.HTTP2).told).containsExactly("overflow");
    }

    @Test
    void aHostWithoutAnyConnectionMayHaveOneAboveTheLimit() {
        limits = new CircuitBreakers(0, 1000, 1000, 1000, -1, 0);
        configured("10.0.0.1");
        Asking asking = ask(PoolOptions.HTTP1);
        answer(network.accept(), "h1");
        assertThat(asking.told).containsExactly("stream", "200");
        assertThat(cluster().breaker().connections()).isZero();
    }

    @Test
    void aFullHttp2ConnectionGetsASecondOneBesideIt() {
        ask(PoolOptions.HTTP2);
        Server server = network.accept();
        server.allowsStreams(1);
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h2");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void noMoreStreamsThanConfiguredShareAConnection() {
        maxStreams = 1;
        configured("10.0.0.1");
        Asking first = ask(PoolOptions.HTTP2);
        Asking second = ask(PoolOptions.HTTP2);
        Server server = network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).isEmpty();
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h2");
        assertThat(second.told).containsExactly("stream, used before");
    }

    @Test
    void clientsThatServersAreToldOfShareNoConnection() {
        InetSocketAddress here = new InetSocketAddress("10.9.9.9", 80);
        PoolOptions one = PoolOptions.HTTP1.telling(
                new ProxyHeader(ProxyProtocol.V1, new InetSocketAddress("10.1.1.1", 1), here));
        PoolOptions other = PoolOptions.HTTP1.telling(
                new ProxyHeader(ProxyProtocol.V1, new InetSocketAddress("10.1.1.2", 1), here));
        ask(one);
        answer(network.accept(), "h1");
        assertThat(ask(other).told).isEmpty();
        assertThat(ask(one).told).containsExactly("stream, used before");
    }

    @Test
    void clientsByWhoseAddressesServersAreCalledShareNoConnection() throws Exception {
        PoolOptions one = PoolOptions.HTTP1.from(new OriginalSource(InetAddress.getByName("10.1.1.1"), 1337));
        PoolOptions other = PoolOptions.HTTP1.from(new OriginalSource(InetAddress.getByName("10.1.1.2"), 1337));
        ask(one);
        answer(network.accept(), "h1");
        assertThat(ask(other).told).isEmpty();
        assertThat(ask(one.from(new OriginalSource(InetAddress.getByName("10.1.1.1"), 1337))).told)
                .containsExactly("stream, used before");
    }

    // --- protocols

    @Test
    void whatALocalProtocolChangeAsksForHasConnectionsOfItsOwn() {
        ask(PoolOptions.HTTP1);
        Server http1 = network.accept();
        answer(http1, "h1");
        Asking second = ask(PoolOptions.HTTP2);
        assertThat(second.told).isEmpty();
        Server http2 = network.accept();
        assertThat(http2.received()).startsWith("PRI * HTTP/2.0");
        assertThat(http1.isOpen()).isTrue();
        answer(http2, "h2");
        assertThat(second.told).containsExactly("stream", "200");
    }

    @Test
    void whereNothingWasAgreedOnHttp1IsSpokenAndEveryWaiterGetsAConnection() {
        Asking first = ask(PoolOptions.AUTO);
        Asking second = ask(PoolOptions.AUTO);
        assertThat(network.connecting()).isEqualTo(1);
        Server server = network.accept();
        assertThat(first.told).containsExactly("stream");
        assertThat(second.told).isEmpty();
        assertThat(network.connecting()).isEqualTo(1);
        answer(server, "h1");
        assertThat(second.told).containsExactly("stream, used before");
    }
}
