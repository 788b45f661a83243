package dev.lateen.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.metrics.MetricsText;
import dev.lateen.proxy.model.NameTable;
import dev.lateen.proxy.names.NameScope;
import dev.lateen.proxy.transport.EventLoops;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A DNS server on a free port of the loopback address, for a pod of namespace shop, and the servers behind it. */
final class DnsFixture implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration SHORT = Duration.ofMillis(300);
    private static final NameScope SCOPE =
            NameScope.of("shop", "shop.svc.cluster.local", List.of("shop.svc.cluster.local"));

    final Vertx vertx = Vertx.vertx();
    private final List<AutoCloseable> others = new ArrayList<>();
    InetSocketAddress address = new InetSocketAddress(0);
    DnsServer server = server(List.of(), false, LONG, DnsSettings.Limits.USUAL);

    /** One that is not started, at the address of the one that is. */
    DnsServer server(List<InetSocketAddress> servers, boolean parallel, Duration timeout, DnsSettings.Limits limits) {
        DnsSettings settings = new DnsSettings(List.of(address), servers, SCOPE, parallel, timeout, limits);
        return new DnsServer(vertx, EventLoops.of(vertx), settings, new SplittableRandom(1), System::nanoTime);
    }

    /** Starts it, and lets it know two names. */
    void startKnowing(List<InetSocketAddress> servers, boolean parallel, Duration timeout) throws Exception {
        startKnowing(servers, parallel, timeout, DnsSettings.Limits.USUAL);
    }

    void startKnowing(List<InetSocketAddress> servers, boolean parallel, Duration timeout, DnsSettings.Limits limits)
            throws Exception {
        start(servers, parallel, timeout, limits);
        know(Map.of(
                "reviews.shop.svc.cluster.local",
                new NameTable.Host(List.of("10.1.0.1"), "Kubernetes", "reviews", "shop", List.of()),
                "www.example.com",
                new NameTable.Host(List.of("240.240.0.1", "fd00::1"), "External", "", "", List.of())));
    }

    void start(List<InetSocketAddress> servers, boolean parallel, Duration timeout, DnsSettings.Limits limits)
            throws Exception {
        address = free();
        server = server(servers, parallel, timeout, limits);
        server.start().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static InetSocketAddress free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }

    FakeUpstream upstream(UnaryOperator<byte[]> answers) throws IOException {
        FakeUpstream made = new FakeUpstream(answers);
        others.add(made);
        return made;
    }

    void know(Map<String, NameTable.Host> hosts) throws Exception {
        server.apply(new NameTable(hosts))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    String metrics() throws IOException {
        StringBuilder page = new StringBuilder();
        server.metrics().write(new MetricsText(page));
        return page.toString();
    }

    @Override
    public void close() throws Exception {
        server.stop().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(server.open()).isZero();
        for (AutoCloseable other : others) {
            other.close();
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
