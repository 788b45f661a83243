package dev.lateen.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lateen.proxy.model.FilterChain;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.RbacPolicies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What listeners take, and how they follow their configuration. */
class ListenersTest extends ListenerFixture {
    @Test
    void connectionReachesTheChainThatFits() throws Exception {
        configure(listener("in", chain("clear", CLEAR, null), chain("mtls", MTLS, mutual())));
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("clear [] hello");
    }

    @Test
    void listenerStaysBoundAndConnectionsLiveThroughChangesOfItsChain() throws Exception {
        configure(listener("in", chain("one", CLEAR, null)));
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        int port = port("in");
        configure(listener("in", chain("two", CLEAR, null)));
        assertThat(port("in")).isEqualTo(port);
        assertThat(talk(old, "b\n")).isEqualTo("b");
        assertThat(talk(connect("in"), "c\n")).isEqualTo("two [] c");
    }

    @Test
    void removedListenerAcceptsNoMoreAndAsksItsConnectionsToFinish() throws Exception {
        configure(listener("in", chain("one", CLEAR, null)));
        int port = port("in");
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        configured.clear();
        configure();
        assertThat(line(old)).isEqualTo("drain");
        assertThat(talk(old, "b\n")).isEqualTo("b");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                .isInstanceOf(IOException.class);
    }

    @Test
    void drainIsBounded() throws Exception {
        listeners = listeners(new ListenerSettings(100, 16, Duration.ofMillis(1), Duration.ZERO));
        configure(listener("in", chain("one", CLEAR, null)));
        Socket old = connect("in");
        assertThat(talk(old, "a\n")).isEqualTo("one [] a");
        configured.clear();
        configure();
        assertThat(endOf(old)).isIn("", "drain");
    }

    @Test
    void addressThatIsTakenIsReportedAndTheOthersGoOn() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            configured.put(
                    "taken",
                    listener(
                            "taken",
                            (InetSocketAddress) taken.getLocalSocketAddress(),
                            true,
                            false,
                            chain("x", CLEAR, null)));
            configure(listener("in", chain("one", CLEAR, null)));
        }
        assertThat(listeners.status())
                .extracting(ListenerStatus::state)
                .containsExactly(ListenerStatus.State.BOUND, ListenerStatus.State.FAILED);
        assertThat(listeners.status().get(1).failure()).containsIgnoringCase("in use");
        assertThat(talk(connect("in"), "hello\n")).isEqualTo("one [] hello");
        configure();
        assertThat(listeners.status()).extracting(ListenerStatus::state).containsOnly(ListenerStatus.State.BOUND);
    }

    @Test
    void redirectedConnectionGoesToTheListenerOfItsDestination() throws Exception {
        configured.put(
                "0.0.0.0_9080",
                listener(
                        "0.0.0.0_9080",
                        new InetSocketAddress("0.0.0.0", 9080),
                        false,
                        false,
                        chain("wildcard", CLEAR, null)));
        configured.put(
                "10.1.1.1_9080",
                listener(
                        "10.1.1.1_9080",
                        new InetSocketAddress("10.1.1.1", 9080),
                        false,
                        false,
                        chain("exact", CLEAR, null)));
        configure(listener("virtualOutbound", ANY_PORT, true, true, chain("passthrough", CLEAR, null)));
        originalDestination = new InetSocketAddress("10.1.1.1", 9080);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("exact [] a");
        originalDestination = new InetSocketAddress("10.1.1.2", 9080);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("wildcard [] a");
        originalDestination = new InetSocketAddress("10.1.1.2", 9081);
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("passthrough [] a");
        originalDestination = null;
        assertThat(talk(connect("virtualOutbound"), "a\n")).isEqualTo("passthrough [] a");
    }

    @Test
    void deniedConnectionIsClosedAtOnce() throws Exception {
        denied = "rbac_access_denied_matched_policy[none]";
        configure(listener("in", checked("one")));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void liveConnectionEndsWhenANewPolicyDeniesIt() throws Exception {
        configure(listener("in", checked("one")));
        Socket socket = connect("in");
        assertThat(talk(socket, "a\n")).isEqualTo("one [] a");
        denied = "rbac_access_denied_matched_policy[none]";
        configure(listener("in", checked("one")));
        assertThat(endOf(socket)).isIn("", "denied rbac_access_denied_matched_policy[none]");
    }

    @Test
    void filterThatCannotBeBuiltRefuses() throws Exception {
        FilterChain broken = new FilterChain(
                "x",
                CLEAR,
                null,
                Duration.ZERO,
                List.of(new NetworkFilterConfig.Denied("envoy.filters.network.wasm", "not supported")),
                proxy());
        configure(listener("in", broken));
        Socket socket = connect("in");
        socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(socket)).isEmpty();
    }

    @Test
    void connectionsAboveTheLimitAreClosedAndPlacesComeBack() throws Exception {
        listeners = listeners(new ListenerSettings(2, 16, Duration.ofSeconds(1), Duration.ZERO));
        configure(listener("in", chain("one", CLEAR, null)));
        Socket first = connect("in");
        Socket second = connect("in");
        assertThat(talk(first, "a\n")).isEqualTo("one [] a");
        assertThat(talk(second, "a\n")).isEqualTo("one [] a");
        assertThat(endOf(connect("in"))).isEmpty();
        first.close();
        await().untilAsserted(() -> assertThat(listeners.openConnections()).isEqualTo(1));
        assertThat(talk(connect("in"), "b\n")).isEqualTo("one [] b");
    }

    @Test
    void proxyProtocolHeaderNamesTheClient() throws Exception {
        Listener plain = listener("in", chain("one", CLEAR, null));
        configure(new Listener(
                "in",
                plain.address(),
                List.of(),
                Listener.Binding.PLAIN,
                false,
                plain.direction(),
                new Listener.ListenerFilters(
                        false, false, false, true, null, Duration.ofSeconds(15), false, List.of(), List.of()),
                plain.filterChains(),
                null,
                List.of()));
        Socket socket = connect("in");
        socket.getOutputStream()
                .write("PROXY TCP4 203.0.113.7 10.0.0.1 5555 443\r\nfrom\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(line(socket)).isEqualTo("one [] from");
        assertThat(line(socket)).isEqualTo("203.0.113.7:5555 to 10.0.0.1:443");
        Socket liar = connect("in");
        liar.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(endOf(liar)).isEmpty();
    }

    private static FilterChain checked(String name) {
        NetworkFilterConfig rbac = new NetworkFilterConfig.Rbac(new RbacPolicies(null, null, ""));
        return new FilterChain(name, CLEAR, null, Duration.ZERO, List.of(rbac), proxy());
    }
}
