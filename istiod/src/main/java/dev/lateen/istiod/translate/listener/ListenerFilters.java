package dev.lateen.istiod.translate.listener;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.List;

/** The filters that look at the first bytes of a connection. */
final class ListenerFilters {
    static final ListenerFilter ORIGINAL_DESTINATION =
            filter("envoy.filters.listener.original_dst", OriginalDst.getDefaultInstance());
    /** The mark is that of TPROXY's rules, by which the application's answers find back to the proxy; Istio's value. */
    static final ListenerFilter ORIGINAL_SOURCE = filter(
            "envoy.filters.listener.original_src",
            OriginalSrc.newBuilder().setMark(1337).build());

    static final ListenerFilter TLS_INSPECTOR = filter(
            "envoy.filters.listener.tls_inspector",
            TlsInspector.newBuilder().setInitialReadBufferSize(Protos.u32(512)).build());
    static final ListenerFilter HTTP_INSPECTOR =
            filter("envoy.filters.listener.http_inspector", HttpInspector.getDefaultInstance());
    static final ListenerFilter PROXY_PROTOCOL =
            filter("envoy.filters.listener.proxy_protocol", ProxyProtocol.getDefaultInstance());

    /** So long a handshake may take, or whoever never ends one would hold connections in stock; Istio's value. */
    static final Duration HANDSHAKE_TIMEOUT = Protos.seconds(15);

    private ListenerFilters() {}

    private static ListenerFilter filter(String name, Message config) {
        return ListenerFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    /** The filter, but not for connections to some ports. */
    static ListenerFilter except(ListenerFilter filter, List<Integer> ports) {
        if (ports.isEmpty()) {
            return filter;
        }
        List<ListenerFilterChainMatchPredicate> ranges = ports.stream()
                .map(p -> ListenerFilterChainMatchPredicate.newBuilder()
                        .setDestinationPortRange(
                                Int32Range.newBuilder().setStart(p).setEnd(p + 1))
                        .build())
                .toList();
        ListenerFilterChainMatchPredicate any = ranges.size() == 1
                ? ranges.getFirst()
                : ListenerFilterChainMatchPredicate.newBuilder()
                        .setOrMatch(ListenerFilterChainMatchPredicate.MatchSet.newBuilder()
                                .addAllRules(ranges))
                        .build();
        return filter.toBuilder().setFilterDisabled(any).build();
    }
}
