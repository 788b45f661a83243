package dev.lateen.proxy.head;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tells what became of a head, by comparing it with what it was, for people. */
final class HeadChanges {
    private HeadChanges() {}

    static void tell(RequestHead before, ExchangeFacts exchange, Trace trace) {
        RequestHead now = exchange.request();
        tell(trace, ":authority", before.authority(), now.authority(), "strip_matching_host_port, strip_any_host_port");
        tell(
                trace,
                ":path",
                before.path(),
                now.path(),
                "path_with_escaped_slashes_action, normalize_path, merge_slashes");
        Set<String> names = new TreeSet<>();
        collect(before.headers(), names);
        collect(now.headers(), names);
        names.forEach(name -> tell(trace, name, text(before.headers(), name), text(now.headers(), name), rule(name)));
        trace.yes(
                Question.HEAD,
                "client address",
                Provenance.NONE,
                exchange.clientAddress().getHostString() + " (use_remote_address, xff_num_trusted_hops)");
    }

    private static String rule(String name) {
        return switch (name) {
            case "x-forwarded-client-cert" -> "forward_client_cert_details";
            case "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port" -> "use_remote_address";
            case "x-envoy-internal", "x-envoy-external-address" -> "internal_address_config";
            default ->
                name.indexOf('_') >= 0 ? "headers_with_underscores_action" : "what only internal requests may say";
        };
    }

    private static void collect(HeaderMap headers, Set<String> names) {
        for (int i = 0; i < headers.size(); i++) {
            names.add(headers.name(i).toString().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private static @Nullable String text(HeaderMap headers, String name) {
        CharSequence value = headers.getJoined(name);
        return value == null ? null : value.toString();
    }

    private static void tell(Trace trace, String subject, @Nullable String before, @Nullable String now, String rule) {
        if (before == null ? now != null : !before.equals(now)) {
            trace.yes(
                    Question.HEAD,
                    subject,
                    Provenance.NONE,
                    (before == null ? "absent" : '"' + before + '"') + " becomes "
                            + (now == null ? "absent" : '"' + now + '"') + " (" + rule + ")");
        }
    }
}
