package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.model.Cluster;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code istio.alpn}: what is offered upstream by ALPN names the HTTP version that will be spoken, so that the receiving sidecar knows it
 * before the first byte ({@code pilot/pkg/xds/filters}, Istio).
 */
final class IstioAlpnFilter implements HttpFilter {
    private static final List<String> HTTP_1_0 = List.of("istio-http/1.0", "istio", "http/1.0");
    private static final List<String> HTTP_1_1 = List.of("istio-http/1.1", "istio", "http/1.1");
    private static final List<String> HTTP_2 = List.of("istio-h2", "istio", "h2");

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        exchange.upstreamAlpn(offer(exchange.cluster(), exchange.request().protocol()));
        return FilterVerdict.CONTINUE;
    }

    private static List<String> offer(@Nullable Cluster cluster, HttpProtocol downstream) {
        if (cluster == null) {
            return offer(downstream);
        }
        return switch (cluster.protocol()) {
            case HTTP1 -> HTTP_1_1;
            case HTTP2, AUTO -> HTTP_2;
            case USE_DOWNSTREAM -> offer(downstream);
        };
    }

    private static List<String> offer(HttpProtocol protocol) {
        return switch (protocol) {
            case HTTP_1_0 -> HTTP_1_0;
            case HTTP_1_1 -> HTTP_1_1;
            case HTTP_2 -> HTTP_2;
        };
    }
}
