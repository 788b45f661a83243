package dev.lateen.install.standin;

import io.vertx.core.MultiMap;
import java.util.List;

/** The headers that Bookinfo's services copy from the request they serve to the calls they make for it: a mesh can't join traces without that. */
final class TracingHeaders {
    private static final List<String> TRACING = List.of(
            "x-request-id",
            "x-ot-span-context",
            "x-datadog-trace-id",
            "x-datadog-parent-id",
            "x-datadog-sampling-priority",
            "traceparent",
            "tracestate",
            "x-cloud-trace-context",
            "grpc-trace-bin",
            "b3",
            "x-b3-traceid",
            "x-b3-spanid",
            "x-b3-parentspanid",
            "x-b3-sampled",
            "x-b3-flags",
            "sw8");
    private static final List<String> APPLICATION = List.of("end-user", "user-agent", "cookie", "authorization", "jwt");

    private TracingHeaders() {}

    static MultiMap of(MultiMap incoming) {
        MultiMap forwarded = MultiMap.caseInsensitiveMultiMap();
        copy(TRACING, incoming, forwarded);
        copy(APPLICATION, incoming, forwarded);
        return forwarded;
    }

    private static void copy(List<String> names, MultiMap from, MultiMap to) {
        for (String name : names) {
            String value = from.get(name);
            if (value != null) {
                to.set(name, value);
            }
        }
    }
}
