package dev.lateen.proxy.xds.decode;

import java.util.Map;
import java.util.Set;

/**
 * What becomes of HTTP filters that this proxy can't build, by the type of their message. Only what is known to decide on nothing is passed over;
 * whatever else there is may keep requests out, or change what a policy looks at, so everything is refused without it.
 */
final class FilterFates {
    static final String HTTP = "envoy.extensions.filters.http.";

    private static final String ISTIO_AUTHN = "istio.envoy.config.filter.http.authn.v2alpha1.FilterConfig";

    /**
     * By the filter's word in Envoy's names. gRPC-Web: a gRPC-Web client's request passes unchanged and is answered by whoever speaks gRPC-Web behind
     * us. set_metadata and what else writes metadata: see {@link #METADATA}.
     */
    private static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("buffer", "bodies are passed on as they come, of any size"),
            Map.entry("file_system_buffer", "bodies are passed on as they come, of any size"),
            Map.entry("header_to_metadata", "no metadata is made of headers"),
            Map.entry("json_to_metadata", "no metadata is made of bodies"),
            Map.entry("set_metadata", "no metadata is set"),
            Map.entry("grpc_field_extraction", "no metadata is made of messages"),
            Map.entry("proto_message_extraction", "no metadata is made of messages"),
            Map.entry("grpc_web", "gRPC-Web is passed on as it comes"),
            Map.entry("grpc_http1_bridge", "gRPC is passed on as it comes"),
            Map.entry("grpc_json_transcoder", "JSON is passed on as it comes"),
            Map.entry("decompressor", "bodies stay compressed"),
            Map.entry("gzip", "bodies are not compressed"),
            Map.entry("cache", "nothing is answered from a cache"),
            Map.entry("tap", "nothing is recorded"),
            Map.entry("health_check", "health checks go to the application"),
            Map.entry("stateful_session", "hosts are chosen by the cluster's load balancer alone"),
            Map.entry("adaptive_concurrency", "no limit of concurrency adapts"),
            Map.entry("admission_control", "nothing is shed by success rates"),
            Map.entry("bandwidth_limit", "bandwidth has no limit"),
            Map.entry("on_demand", "configuration is not fetched on demand"),
            Map.entry("alternate_protocols_cache", "HTTP/3 is not spoken"));

    /**
     * Without them everything is as if they were there. connect_authority and set_filter_state only feed filters that this proxy does not have.
     * Without a compressor, which Istio's bootstraps have on port 15090, answers are what a client that accepts no encoding gets.
     */
    private static final Set<String> HARMLESS = Set.of(
            "compressor",
            "set_filter_state",
            "connect_grpc_bridge",
            // It fills the cache of a dynamic forward proxy cluster, which looks names up by itself here.
            "dynamic_forward_proxy");

    /** They write what policies may look at. */
    private static final Set<String> METADATA = Set.of(
            "header_to_metadata",
            "json_to_metadata",
            "set_metadata",
            "grpc_field_extraction",
            "proto_message_extraction");

    /** Why everything is refused without them, where more can be said than that they are not built. */
    private static final Map<String, String> DENIES = Map.ofEntries(
            Map.entry("lua", "Lua can't run in this proxy, and a script may refuse requests"),
            Map.entry("wasm", "Wasm can't run in this proxy, and a module may refuse requests"),
            Map.entry("local_ratelimit", "rate limits are not built into this proxy"),
            Map.entry("ratelimit", "rate limits are not built into this proxy"),
            Map.entry("ext_authz", "this proxy can't ask an external authorizer"),
            Map.entry("ext_proc", "this proxy can't ask an external processor"),
            Map.entry("oauth2", "OAuth2 is not built into this proxy"));

    /** What a missing filter means. */
    sealed interface Fate {
        record Denies(String reason) implements Fate {}

        record LeftOut(String reason) implements Fate {}

        /** Nobody can tell the difference. */
        record Harmless() implements Fate {}
    }

    private FilterFates() {}

    /** @param optional {@code is_optional}: whoever configured it can do without, but not without a known guard */
    static Fate of(String type, boolean optional) {
        String word = word(type);
        if (HARMLESS.contains(word) || type.equals("io.istio.http.connect_authority.Config")) {
            return new Fate.Harmless();
        }
        String leftOut = LEFT_OUT.get(word);
        if (leftOut != null) {
            return new Fate.LeftOut(leftOut);
        }
        String denies = DENIES.get(word);
        if (denies == null && optional && !type.startsWith(HTTP) && !type.equals(ISTIO_AUTHN)) {
            return new Fate.LeftOut("this proxy has no " + type + ", and it is optional");
        }
        return new Fate.Denies(denies == null ? "this proxy can't build " + type : denies + " (" + type + ")");
    }

    /** Whether a filter of this type, which is not built here, would write metadata. */
    static boolean writesMetadata(String type) {
        return METADATA.contains(word(type));
    }

    /** Such as {@code buffer} of {@code envoy.extensions.filters.http.buffer.v3.Buffer}; empty for other packages. */
    private static String word(String type) {
        if (!type.startsWith(HTTP)) {
            return "";
        }
        int dot = type.indexOf('.', HTTP.length());
        return dot < 0 ? "" : type.substring(HTTP.length(), dot);
    }
}
