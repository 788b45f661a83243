package dev.lateen.istiod.translate.policy;

import dev.lateen.api.resource.Resource;
import dev.lateen.api.security.AuthorizationPolicy;
import dev.lateen.istiod.model.Authorization;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.tls.TrustDomains;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may call the workload, as filters: AUDIT, DENY, ALLOW in this order. What can't be enforced refuses everything. */
public final class SecurityFilters {
    private static final String HTTP_RBAC = "envoy.filters.http.rbac";
    private static final String TCP_RBAC = "envoy.filters.network.rbac";
    private final ProxyView view;
    private final Authorization policies;
    private final ActionPolicies rbac;

    /** @param view of the proxy that is asked */
    public SecurityFilters(ProxyView view) {
        this.view = view;
        this.policies = view.snapshot()
                .authorization(view.node().namespace(), view.node().labels());
        this.rbac = new ActionPolicies(TrustDomains.of(view.snapshot().mesh()));
    }

    /** The filters that ALLOW, DENY and AUDIT policies come to, in the order in which they are asked. */
    public List<HttpFilter> authorization() {
        List<HttpFilter> filters = new ArrayList<>();
        for (ActionPolicies.Rules rules : rules(false)) {
            filters.add(Protos.httpFilter(HTTP_RBAC, rules.http()));
        }
        return filters;
    }

    /** The same for TCP. */
    public List<Filter> tcpAuthorization() {
        List<Filter> filters = new ArrayList<>();
        policies.custom().stream()
                .findFirst()
                .ifPresent(p -> filters.add(Filter.newBuilder()
                        .setName(TCP_RBAC)
                        .setTypedConfig(Protos.any(io.envoyproxy
                                .envoy
                                .extensions
                                .filters
                                .network
                                .rbac
                                .v3
                                .RBAC
                                .newBuilder()
                                .setStatPrefix("tcp.")
                                .setRules(ActionPolicies.denyAll(name(p)).getRules())
                                .build()))
                        .build()));
        for (ActionPolicies.Rules rules : rules(true)) {
            filters.add(Filter.newBuilder()
                    .setName(TCP_RBAC)
                    .setTypedConfig(Protos.any(rules.tcp()))
                    .build());
        }
        return filters;
    }

    private List<ActionPolicies.Rules> rules(boolean tcp) {
        List<ActionPolicies.Rules> all = new ArrayList<>();
        add(all, rbac.rules(policies.audit(), RBAC.Action.LOG, tcp));
        add(all, rbac.rules(policies.deny(), RBAC.Action.DENY, tcp));
        add(all, rbac.rules(policies.allow(), RBAC.Action.ALLOW, tcp));
        return all;
    }

    private static void add(List<ActionPolicies.Rules> all, Optional<ActionPolicies.Rules> rules) {
        rules.ifPresent(all::add);
    }

    // External authorizers are not asked yet. Requests that one would decide on are refused.
    /** The filters that CUSTOM policies come to. */
    public List<HttpFilter> custom() {
        return policies.custom().stream()
                .map(p -> Protos.httpFilter(HTTP_RBAC, ActionPolicies.denyAll(name(p))))
                .toList();
    }

    private static String name(Resource<AuthorizationPolicy> policy) {
        return "ns[" + policy.namespace() + "]-policy[" + policy.name() + "]-deny-due-to-unsupported-custom-action";
    }

    /** The filter that checks tokens, if there is anything to check. */
    public List<HttpFilter> requestAuthentication() {
        return JwtFilter.of(
                        view.snapshot()
                                .requestAuthentication(
                                        view.node().namespace(), view.node().labels()),
                        view.snapshot().tokenKeys(),
                        view.gateway())
                .map(f -> List.of(Protos.httpFilter("envoy.filters.http.jwt_authn", f)))
                .orElse(List.of());
    }
}
