package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.model.RouteMatch.PathMatch;
import dev.lateen.proxy.xds.proto.ProtoNode;

/** {@code envoy.config.route.v3.RouteMatch}. */
final class RouteMatchDecoder {
    private static final int ALWAYS = 1_000_000;
    private static final String KINDS =
            "prefix, path, safe_regex, connect_matcher, path_separated_prefix, path_match_policy with a URI template";

    private RouteMatchDecoder() {}

    static RouteMatch decode(ProtoNode node) {
        RouteDecoder.refuse(node, "tls_context", "filter_state");
        ProtoNode fraction = node.message("runtime_fraction");
        return new RouteMatch(
                path(node),
                node.wrappedFlag("case_sensitive", true),
                MatcherDecoder.headers(node.messages("headers")),
                node.messages("query_parameters").stream()
                        .map(MatcherDecoder::query)
                        .toList(),
                fraction == null ? ALWAYS : DataSources.runtimeMillionths(fraction),
                node.has("grpc"),
                node.messages("dynamic_metadata").stream()
                        .map(MatcherDecoder::metadata)
                        .toList());
    }

    private static PathMatch path(ProtoNode node) {
        if (node.has("prefix")) {
            return new PathMatch.Prefix(node.text("prefix"));
        }
        if (node.has("path")) {
            return new PathMatch.Exact(node.text("path"));
        }
        if (node.has("safe_regex")) {
            return new PathMatch.Regex(MatcherDecoder.regex(node.requiredMessage("safe_regex")));
        }
        if (node.has("path_separated_prefix")) {
            return new PathMatch.PathSeparatedPrefix(node.required("path_separated_prefix"));
        }
        if (node.has("connect_matcher")) {
            return new PathMatch.Connect();
        }
        ProtoNode policy = node.message("path_match_policy");
        if (policy != null) {
            return uriTemplate(policy);
        }
        throw node.error("path_specifier", "missing (accepted: " + KINDS + ")");
    }

    private static PathMatch uriTemplate(ProtoNode policy) {
        policy.ignoring("name");
        ProtoNode any = policy.requiredMessage("typed_config");
        if (!any.anyType().equals(UriTemplates.MESSAGE)) {
            throw policy.unsupported("typed_config", any.anyType(), UriTemplates.MESSAGE);
        }
        ProtoNode template = any.unpack();
        return new PathMatch.UriTemplate(template.text("path_template"), UriTemplates.pattern(template));
    }
}
