package dev.lateen.proxy.model;

import java.util.Map;

/**
 * {@code envoy.config.route.v3.Route}.
 *
 * @param name for access logs; empty when it has none
 * @param decoratorOperation the span's name ({@code x-envoy-decorator-operation}), empty when not given
 * @param statPrefix under which requests of this route are counted too, {@code vhost.VIRTUAL_HOST.route.PREFIX}; empty for not
 * @param perFilter {@code typed_per_filter_config} by filter name
 */
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderMutations requestHeaders,
        HeaderMutations responseHeaders,
        Map<String, HttpFilterConfig> perFilter,
        String decoratorOperation,
        String statPrefix,
        Provenance provenance) {
    public Route {
        perFilter = Map.copyOf(perFilter);
    }

    /** One without statistics of its own. */
    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            HeaderMutations requestHeaders,
            HeaderMutations responseHeaders,
            Map<String, HttpFilterConfig> perFilter,
            String decoratorOperation,
            Provenance provenance) {
        this(name, match, action, requestHeaders, responseHeaders, perFilter, decoratorOperation, "", provenance);
    }
}
