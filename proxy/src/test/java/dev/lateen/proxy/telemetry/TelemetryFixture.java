package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.PeerMetadata;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TlsFacts;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Exchanges between two workloads of Bookinfo. */
abstract class TelemetryFixture {
    static final PeerMetadata REVIEWS =
            new PeerMetadata("reviews-v1", "default", "Kubernetes", "reviews", "v1", "reviews", "v1");

    static ExchangeFacts exchange(String path, int status, @Nullable TlsFacts tls, String... headers) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < headers.length; i += 2) {
            map.add(headers[i], headers[i + 1]);
        }
        RequestHead head = new RequestHead("GET", path, "reviews:9080", "http", HttpProtocol.HTTP_1_1, map);
        ConnectionFacts connection = new ConnectionFacts(
                7,
                new InetSocketAddress("127.0.0.9", 4000),
                new InetSocketAddress("127.1.0.1", 9080),
                true,
                true,
                "",
                tls);
        ExchangeFacts exchange = new ExchangeFacts(connection, head, 1_700_000_000_123L, 0);
        exchange.response(new ResponseHead(status, new HeaderMap()));
        exchange.completeNanos(42_000_000);
        return exchange;
    }
}
