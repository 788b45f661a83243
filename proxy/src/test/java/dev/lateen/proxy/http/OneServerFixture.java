package dev.lateen.proxy.http;

import static dev.lateen.proxy.route.RouteFixtures.any;
import static dev.lateen.proxy.route.RouteFixtures.route;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction;
import dev.lateen.proxy.model.RouteAction.ClusterSpecifier;
import dev.lateen.proxy.model.RouteAction.Mirror;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A proxy before one server that a test scripts. */
abstract class OneServerFixture {
    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    final ProxyFixture proxy = new ProxyFixture();

    @Nullable
    RawServer server;

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        if (server != null) {
            server.close();
        }
    }

    RawServer serve(RawServer.Script script) throws IOException {
        server = new RawServer(script);
        proxy.cluster("c", UpstreamProtocol.HTTP1, server.port());
        return server;
    }

    static RetryPolicy retry(int times, Duration perTry, Set<Integer> codes, String... on) {
        return new RetryPolicy(
                Set.of(on), times, perTry, codes, false, 1, Duration.ofMillis(1), Duration.ofMillis(5), List.of());
    }

    static Route forward(@Nullable RetryPolicy retries, Duration timeout, Mirror... mirrors) {
        return route(
                any(),
                new RouteAction.Forward(
                        new ClusterSpecifier.Single("c"),
                        RouteAction.Rewrite.NONE,
                        RouteAction.Timeouts.of(timeout),
                        retries,
                        List.of(mirrors),
                        List.of(),
                        503,
                        List.of()));
    }

    String ask(String text) throws Exception {
        return RawServer.ask(proxy.listen(false), text, "");
    }
}
