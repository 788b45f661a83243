package dev.lateen.istiod.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.discovery.AdsPeer;
import dev.lateen.istiod.discovery.CallerCheck;
import dev.lateen.istiod.discovery.DiscoveryEvents;
import dev.lateen.istiod.discovery.DiscoveryServer;
import dev.lateen.istiod.discovery.DiscoverySettings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.server.GrpcServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PortsTest {
    private static final byte[] HELLO = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int PING = 6;

    private final Vertx vertx = Vertx.vertx();
    private final Ports ports = new Ports(vertx, new PeerKeepalive(Duration.ofMillis(50), Duration.ofSeconds(2)));
    private final DiscoveryServer discovery = new DiscoveryServer(
            DiscoverySettings.defaults("test"),
            DiscoveryEvents.NONE,
            InstantSource.system(),
            System::nanoTime,
            new Random());

    @AfterEach
    void close() {
        discovery.stop();
        ports.close().await();
        vertx.close().await();
    }

    private int open() {
        GrpcServer grpc = GrpcServer.server(vertx);
        discovery.serveOn(grpc, CallerCheck.NONE);
        return ports.openPlain(ListenAddress.parse("--grpcAddr", "127.0.0.1:0"), grpc)
                .await();
    }

    @Test
    void aPeerThatGivesNoSignOfLifeIsForgottenAndOneThatAnswersPingsStays() throws Exception {
        int port = open();
        try (AdsPeer idle = AdsPeer.call(vertx, port, "DeltaAggregatedResources", new HttpClientOptions(), null)) {
            idle.subscribe(TypeUrls.CLUSTER);
            await().until(() -> discovery.proxies().size() == 1);
            assertThat(pingsUntilClosed(port)).isPositive();
            assertThat(discovery.proxies()).hasSize(1);
        }
    }

    private static int pingsUntilClosed(int port) throws IOException {
        try (Socket silent = new Socket("127.0.0.1", port)) {
            silent.setSoTimeout(30_000);
            silent.getOutputStream().write(HELLO);
            silent.getOutputStream().write(EMPTY_SETTINGS);
            int pings = 0;
            InputStream in = silent.getInputStream();
            for (byte[] head = in.readNBytes(9); head.length == 9; head = in.readNBytes(9)) {
                in.skipNBytes((head[0] & 255) << 16 | (head[1] & 255) << 8 | head[2] & 255);
                pings += head[3] == PING ? 1 : 0;
            }
            return pings;
        }
    }
}
