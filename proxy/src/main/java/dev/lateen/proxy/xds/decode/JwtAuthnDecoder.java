package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.JwtAuthentication;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtProvider.ClaimToHeader;
import dev.lateen.proxy.model.JwtProvider.Header;
import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.model.RouteMatch;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** {@code envoy.extensions.filters.http.jwt_authn.v3}. */
final class JwtAuthnDecoder {
    /** Envoy's, of keys that are fetched. */
    private static final Duration CACHE = Duration.ofMinutes(10);

    private static final Duration REFETCH = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final DecodeScope scope;

    private JwtAuthnDecoder(DecodeScope scope) {
        this.scope = scope;
    }

    static HttpFilterConfig decode(ProtoNode node, DecodeScope scope) {
        return new JwtAuthnDecoder(scope).config(node);
    }

    /** {@code PerRouteConfig}. */
    static HttpFilterConfig perRoute(ProtoNode node) {
        if (node.has("requirement_name")) {
            return new HttpFilterConfig.JwtRoute(node.required("requirement_name"));
        }
        if (!node.flag("disabled")) {
            throw node.error("requirement_specifier", "missing (accepted: disabled, requirement_name)");
        }
        return new HttpFilterConfig.Disabled();
    }

    private HttpFilterConfig config(ProtoNode node) {
        RouteDecoder.refuse(node, "filter_state_rules");
        Map<String, JwtProvider> providers = new TreeMap<>();
        node.map("providers").forEach((name, provider) -> providers.put(name, provider(provider)));
        Map<String, JwtRequirement> requirements = new TreeMap<>();
        node.map("requirement_map")
                .forEach((name, each) -> requirements.put(name, requirement(each, providers.keySet())));
        List<JwtAuthentication.Rule> rules = new ArrayList<>();
        for (ProtoNode rule : node.messages("rules")) {
            rules.add(rule(rule, providers.keySet(), requirements));
        }
        return new HttpFilterConfig.JwtAuthn(
                new JwtAuthentication(
                        providers,
                        rules,
                        requirements,
                        node.flag("bypass_cors_preflight"),
                        node.flag("strip_failure_response"),
                        node.text("stat_prefix")),
                null);
    }

    private static JwtAuthentication.Rule rule(
            ProtoNode node, Set<String> providers, Map<String, JwtRequirement> named) {
        RouteMatch match = RouteMatchDecoder.decode(node.requiredMessage("match"));
        if (!node.has("requirement_name")) {
            ProtoNode requires = node.message("requires");
            return new JwtAuthentication.Rule(
                    match, requires == null ? new JwtRequirement.None() : requirement(requires, providers));
        }
        JwtRequirement requirement = named.get(node.text("requirement_name"));
        if (requirement == null) {
            throw node.error(
                    "requirement_name", node.text("requirement_name") + " (accepted: one of " + named.keySet() + ")");
        }
        return new JwtAuthentication.Rule(match, requirement);
    }

    private static JwtRequirement requirement(ProtoNode node, Set<String> providers) {
        if (node.has("provider_name")) {
            return new JwtRequirement.Provider(provider(node, providers), List.of());
        }
        ProtoNode forAudiences = node.message("provider_and_audiences");
        if (forAudiences != null) {
            return new JwtRequirement.Provider(provider(forAudiences, providers), forAudiences.texts("audiences"));
        }
        ProtoNode any = node.message("requires_any");
        if (any != null) {
            return new JwtRequirement.Any(requirements(any, providers));
        }
        ProtoNode all = node.message("requires_all");
        if (all != null) {
            return new JwtRequirement.All(requirements(all, providers));
        }
        if (node.has("allow_missing_or_failed")) {
            return new JwtRequirement.AllowMissingOrFailed();
        }
        return node.has("allow_missing") ? new JwtRequirement.AllowMissing() : new JwtRequirement.None();
    }

    private static List<JwtRequirement> requirements(ProtoNode node, Set<String> providers) {
        List<ProtoNode> all = node.messages("requirements");
        if (all.size() < 2) {
            throw node.error("requirements", all.size() + " (accepted: two or more)");
        }
        return all.stream().map(each -> requirement(each, providers)).toList();
    }

    private static String provider(ProtoNode node, Set<String> providers) {
        String name = node.text("provider_name");
        if (!providers.contains(name)) {
            throw node.error("provider_name", name + " (accepted: one of " + providers + ")");
        }
        return name;
    }

    private JwtProvider provider(ProtoNode node) {
        ProtoNode subjects = node.message("subjects");
        long skew = node.number("clock_skew_seconds");
        // Verified tokens are always remembered, within bounds of ours.
        node.ignoring("jwt_cache_config");
        return new JwtProvider(
                node.text("issuer"),
                new JwtProvider.Limits(
                        node.texts("audiences"),
                        subjects == null ? null : MatcherDecoder.string(subjects),
                        node.flag("require_expiration"),
                        node.durationOrNull("max_lifetime"),
                        skew == 0 ? JwtProvider.CLOCK_SKEW : Duration.ofSeconds(skew)),
                keys(node),
                places(node),
                output(node),
                new JwtProvider.Metadata(
                        node.text("payload_in_metadata"),
                        node.messageOrEmpty("normalize_payload_in_metadata").texts("space_delimited_claims"),
                        node.text("header_in_metadata"),
                        node.text("failed_status_in_metadata")));
    }

    private JwtProvider.Keys keys(ProtoNode node) {
        ProtoNode local = node.message("local_jwks");
        if (local != null) {
            return new JwtProvider.Keys.Local(DataSources.text(local, scope));
        }
        ProtoNode remote = node.message("remote_jwks");
        if (remote == null) {
            throw node.error("jwks_source_specifier", "missing (accepted: local_jwks, remote_jwks)");
        }
        ProtoNode uri = remote.requiredMessage("http_uri");
        ProtoNode retry = remote.message("retry_policy");
        if (retry != null) {
            // Another try is made at once, whatever the failure.
            retry.ignoring(
                    "retry_back_off",
                    "retry_on",
                    "retry_priority",
                    "retry_host_predicate",
                    "host_selection_retry_max_attempts");
        }
        ProtoNode ahead = remote.message("async_fetch");
        if (ahead != null) {
            // No listener waits for keys.
            ahead.ignoring("fast_listener");
        }
        return new JwtProvider.Keys.Remote(
                uri.required("uri"),
                uri.required("cluster"),
                positive(uri.duration("timeout", TIMEOUT), TIMEOUT),
                positive(remote.duration("cache_duration", CACHE), CACHE),
                retry == null ? 0 : (int) Math.min(10, retry.wrapped("num_retries", 1)),
                ahead != null,
                ahead == null ? REFETCH : positive(ahead.duration("failed_refetch_duration", REFETCH), REFETCH));
    }

    private static Duration positive(Duration given, Duration otherwise) {
        return given.isPositive() ? given : otherwise;
    }

    private static JwtProvider.Places places(ProtoNode node) {
        List<Header> headers = node.messages("from_headers").stream()
                .map(each -> new Header(each.required("name").toLowerCase(Locale.ROOT), each.text("value_prefix")))
                .toList();
        List<String> params = node.texts("from_params");
        List<String> cookies = node.texts("from_cookies");
        return headers.isEmpty() && params.isEmpty() && cookies.isEmpty()
                ? JwtProvider.Places.USUAL
                : new JwtProvider.Places(headers, params, cookies);
    }

    private static JwtProvider.Output output(ProtoNode node) {
        List<ClaimToHeader> claims = node.messages("claim_to_headers").stream()
                .map(each -> new ClaimToHeader(
                        each.required("header_name").toLowerCase(Locale.ROOT), each.required("claim_name")))
                .toList();
        return new JwtProvider.Output(
                node.flag("forward"),
                node.text("forward_payload_header").toLowerCase(Locale.ROOT),
                node.flag("pad_forward_payload_header"),
                claims,
                node.flag("clear_route_cache"));
    }
}
