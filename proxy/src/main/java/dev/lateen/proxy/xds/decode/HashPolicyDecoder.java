package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.RouteAction.HashPolicy;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code RouteAction.HashPolicy}. */
final class HashPolicyDecoder {
    private HashPolicyDecoder() {}

    static List<HashPolicy> decode(List<ProtoNode> nodes, DecodeScope scope) {
        List<HashPolicy> policies = new ArrayList<>();
        for (ProtoNode node : nodes) {
            HashPolicy policy = one(node, node.flag("terminal"));
            if (policy == null) {
                scope.leftOut(
                        node,
                        "hash policy",
                        "not supported by this proxy (accepted: header, cookie, query_parameter,"
                                + " connection_properties.source_ip)");
            } else {
                policies.add(policy);
            }
        }
        return policies;
    }

    private static String attribute(ProtoNode node) {
        String name = node.required("name");
        String value = node.text("value");
        String text = value.isEmpty() ? name : name + "=" + value;
        if (text.chars().anyMatch(c -> c < ' ' || c > '~' || c == ';')) {
            throw node.unsupported("value", '"' + text + '"', "printable ASCII without a semicolon");
        }
        return text;
    }

    private static @Nullable HashPolicy one(ProtoNode node, boolean terminal) {
        ProtoNode header = node.message("header");
        if (header != null) {
            return new HashPolicy.Header(header.required("header_name").toLowerCase(Locale.ROOT), terminal);
        }
        ProtoNode cookie = node.message("cookie");
        if (cookie != null) {
            return new HashPolicy.Cookie(
                    cookie.required("name"),
                    cookie.text("path"),
                    cookie.durationOrNull("ttl"),
                    terminal,
                    cookie.messages("attributes").stream()
                            .map(HashPolicyDecoder::attribute)
                            .toList());
        }
        ProtoNode query = node.message("query_parameter");
        if (query != null) {
            return new HashPolicy.QueryParameter(query.required("name"), terminal);
        }
        ProtoNode connection = node.message("connection_properties");
        if (connection != null && connection.flag("source_ip")) {
            return new HashPolicy.SourceIp(terminal);
        }
        return null;
    }
}
