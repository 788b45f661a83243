package dev.lateen.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.route.RouteFixtures;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestedHostTest {
    private static @Nullable InetSocketAddress of(String authority) {
        return RequestedHost.of(RouteFixtures.exchange(RouteFixtures.get(authority, "/")));
    }

    @Test
    void aNameIsLookedUpLater() {
        assertThat(of("example.com")).isEqualTo(InetSocketAddress.createUnresolved("example.com", 80));
        assertThat(of("example.com:8080")).isEqualTo(InetSocketAddress.createUnresolved("example.com", 8080));
    }

    @Test
    void anAddressIsTakenAsItIs() {
        assertThat(of("127.0.0.3:7777")).isEqualTo(new InetSocketAddress("127.0.0.3", 7777));
        assertThat(of("[::1]:7777")).isEqualTo(new InetSocketAddress("::1", 7777));
        assertThat(of("[::1]")).isEqualTo(new InetSocketAddress("::1", 80));
    }

    @Test
    void whatNamesNoHostHasNone() {
        assertThat(of("")).isNull();
        assertThat(of("example.com:99999")).isNull();
        assertThat(of("example.com:x")).isNull();
        assertThat(of(":80")).isNull();
    }

    @Test
    void thisProxyItselfWouldBeALoop() {
        assertThat(of("10.0.0.9:8080")).isNull();
    }

    @Test
    void aConnectionThatNobodyRedirectedHasNoOriginalDestination() {
        ConnectionFacts redirected = RouteFixtures.connection("10.1.2.3", 4567);
        ConnectionFacts direct =
                new ConnectionFacts(7, redirected.remoteAddress(), redirected.localAddress(), false, false, "", null);
        ExchangeFacts exchange = RouteFixtures.exchange(RouteFixtures.get("a", "/"));
        assertThat(exchange.connection().originalDestination()).isEqualTo(redirected.localAddress());
        assertThat(direct.originalDestination()).isNull();
    }
}
