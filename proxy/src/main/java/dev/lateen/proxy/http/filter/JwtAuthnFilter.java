package dev.lateen.proxy.http.filter;

import dev.lateen.proxy.jwt.JwtChanges;
import dev.lateen.proxy.jwt.JwtDecision;
import dev.lateen.proxy.jwt.JwtRules;
import dev.lateen.proxy.jwt.JwtStatus;
import dev.lateen.proxy.jwt.VerifiedTokens;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpFilterConfig;
import dev.lateen.proxy.model.JwtAuthentication;
import dev.lateen.proxy.model.JwtProvider;
import dev.lateen.proxy.model.JwtRequirement;
import dev.lateen.proxy.model.Provenance;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.reason.Question;
import dev.lateen.proxy.reason.Trace;
import dev.lateen.proxy.route.RouteConditions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.filters.http.jwt_authn}: 401 for a request whose token is missing, wrong or old, 403 for one that is for somebody else; what good tokens say becomes metadata and headers. Headers
 * that only tokens bring are taken off every request first. Keys of a provider that has them in a cluster are waited for.
 */
final class JwtAuthnFilter implements HttpFilter {
    /** The namespace of what tokens say. */
    static final String NAMESPACE = "envoy.filters.http.jwt_authn";

    private static final StateKey<VerifiedTokens> VERIFIED =
            new StateKey<>("jwt_authn/verified", VerifiedTokens.class, StateKey.Scope.EVENT_LOOP);

    /** Beyond the limits of the tries, which end a fetch themselves. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final JwtAuthentication config;
    private final JwtRules rules;
    private final @Nullable String requirement;
    private final FilterCounters counters;
    private final String prefix;

    /**
     * For a connection manager or a route.
     *
     * @param requirement that the route names; null where the rules say
     * @param prefix of the counters, such as {@code http.inbound_0.0.0.0_9080.jwt_authn.}
     */
    JwtAuthnFilter(
            JwtAuthentication config,
            JwtRules rules,
            @Nullable String requirement,
            FilterCounters counters,
            String prefix) {
        this.config = config;
        this.rules = rules;
        this.requirement = requirement;
        this.counters = counters;
        this.prefix = prefix;
    }

    /** What such a filter keeps. */
    static List<StateKey<?>> stateKeys(HttpFilterConfig.JwtAuthn filter) {
        List<StateKey<?>> keys = new ArrayList<>(List.of(VERIFIED));
        filter.config().providers().values().forEach(provider -> {
            if (provider.keys() instanceof JwtProvider.Keys.Remote from) {
                keys.add(RemoteJwks.key(from));
            }
        });
        return keys;
    }

    @Override
    public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
        RequestHead head = exchange.request();
        List<String> outputs = rules.outputHeaders();
        for (int i = 0; i < outputs.size(); i++) {
            head.headers().remove(outputs.get(i));
        }
        if (config.bypassCorsPreflight() && isPreflight(head)) {
            counters.count(prefix, "cors_preflight_bypassed");
            counters.count(prefix, "allowed");
            return FilterVerdict.CONTINUE;
        }
        if (requirement != null && !config.requirements().containsKey(requirement)) {
            counters.count(prefix, "denied");
            return new FilterVerdict.Reply(LocalReply.jwtRequirementUnknown(
                    requirement, config.requirements().keySet(), config.stripFailureResponse()));
        }
        JwtRequirement required = required(exchange, context);
        if (required == null) {
            counters.count(prefix, "allowed");
            return FilterVerdict.CONTINUE;
        }
        return decide(required, exchange, context);
    }

    private static boolean isPreflight(RequestHead head) {
        HeaderMap headers = head.headers();
        return head.method().equals("OPTIONS")
                && isThere(headers.get("origin"))
                && isThere(headers.get("access-control-request-method"));
    }

    private static boolean isThere(@Nullable CharSequence value) {
        return value != null && !value.isEmpty();
    }

    /** Null for nothing. */
    private @Nullable JwtRequirement required(ExchangeFacts exchange, FilterContext context) {
        if (requirement != null) {
            return config.requirements().get(requirement);
        }
        List<JwtAuthentication.Rule> all = config.rules();
        for (int i = 0; i < all.size(); i++) {
            JwtAuthentication.Rule rule = all.get(i);
            if (RouteConditions.match(rule.match(), exchange)
                    && context.chance(rule.match().runtimeFraction())) {
                return rule.requires();
            }
        }
        return null;
    }

    private FilterVerdict decide(JwtRequirement required, ExchangeFacts exchange, FilterContext context) {
        VerifiedTokens verified = context.state(VERIFIED, VerifiedTokens::new);
        JwtDecision decision = rules.decide(
                required,
                exchange.request(),
                from -> RemoteJwks.of(from, context).found(context.nanos()),
                verified,
                Math.floorDiv(context.epochMillis(), 1000));
        return switch (decision) {
            case JwtDecision.Passed(JwtChanges changes) -> passed(changes, exchange, context);
            case JwtDecision.Refused(JwtStatus status, Map<String, StructValue> metadata) -> {
                leave(metadata, exchange);
                yield refused(status, exchange, context);
            }
            case JwtDecision.KeysWanted(JwtProvider.Keys.Remote from) -> wait(from, required, exchange, context);
        };
    }

    private FilterVerdict wait(
            JwtProvider.Keys.Remote from, JwtRequirement required, ExchangeFacts exchange, FilterContext context) {
        RemoteJwks jwks = RemoteJwks.of(from, context);
        return new FilterVerdict.Wait(
                answer -> jwks.fetch(context, fetched -> {
                    counters.count(prefix, fetched ? "jwks_fetch_success" : "jwks_fetch_failed");
                    answer.decide(() -> decide(required, exchange, context));
                }),
                from.timeout().multipliedBy(from.retries() + 1L).plus(MARGIN),
                late(exchange));
    }

    private FilterVerdict late(ExchangeFacts exchange) {
        return new FilterVerdict.Reply(
                LocalReply.jwtRefused(JwtStatus.JWKS_FETCH_FAIL, exchange.request(), config.stripFailureResponse()));
    }

    private FilterVerdict passed(JwtChanges changes, ExchangeFacts exchange, FilterContext context) {
        changes.apply();
        leave(changes.metadata(), exchange);
        counters.count(prefix, "allowed");
        Trace trace = context.trace();
        if (trace != null) {
            trace.yes(Question.ACCESS, NAMESPACE, Provenance.NONE, "what is required of tokens holds");
        }
        return changes.isReroute() ? FilterVerdict.REROUTE : FilterVerdict.CONTINUE;
    }

    private static void leave(Map<String, StructValue> metadata, ExchangeFacts exchange) {
        if (!metadata.isEmpty()) {
            exchange.addDynamicMetadata(NAMESPACE, new StructValue.Struct(metadata));
        }
    }

    private FilterVerdict refused(JwtStatus status, ExchangeFacts exchange, FilterContext context) {
        counters.count(prefix, "denied");
        Trace trace = context.trace();
        if (trace != null) {
            trace.no(Question.ACCESS, NAMESPACE, Provenance.NONE, status.text());
        }
        return new FilterVerdict.Reply(
                LocalReply.jwtRefused(status, exchange.request(), config.stripFailureResponse()));
    }
}
