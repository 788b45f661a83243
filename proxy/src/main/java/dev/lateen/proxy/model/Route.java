package dev.lateen.proxy.model;

import java.util.Map;

/**
 * {@code envoy.config.route.v3.Route}.
 *
 * @param name for access logs; empty when it has none
 * @param decorator what spans of this route are called
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
        Decorator decorator,
        String statPrefix,
        Provenance provenance) {
    public Route {
        perFilter = Map.copyOf(perFilter);
    }

    /** One without a decorator and statistics of its own. */
    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            HeaderMutations requestHeaders,
            HeaderMutations responseHeaders,
            Map<String, HttpFilterConfig> perFilter,
            Provenance provenance) {
        this(name, match, action, requestHeaders, responseHeaders, perFilter, Decorator.NONE, "", provenance);
    }

    /**
     * {@code envoy.config.route.v3.Decorator}.
     *
     * @param operation the span's name; empty for none
     * @param propagate whether the other side is told, by {@code x-envoy-decorator-operation}
     */
    public record Decorator(String operation, boolean propagate) {
        /** Names nothing. */
        public static final Decorator NONE = new Decorator("", false);
    }
}
