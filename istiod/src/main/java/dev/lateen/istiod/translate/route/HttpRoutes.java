package dev.lateen.istiod.translate.route;

import dev.lateen.api.networking.Destination;
import dev.lateen.api.networking.HttpRoute;
import dev.lateen.api.networking.LoadBalancer;
import dev.lateen.api.networking.LoadBalancer.ConsistentHash;
import dev.lateen.api.networking.Percent;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.istiod.model.Labels;
import dev.lateen.istiod.model.MergedRule;
import dev.lateen.istiod.model.RoutingRule;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.EffectivePolicy;
import dev.lateen.istiod.translate.view.HeaderSettings;
import dev.lateen.istiod.translate.view.ProxyView;
import dev.lateen.istiod.translate.view.StringMatchers;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The routes of a VirtualService, or of a service that has none. */
final class HttpRoutes {
    private final RouteContext context;
    private final ProxyView view;

    HttpRoutes(RouteContext context) {
        this.context = context;
        this.view = context.view();
    }

    /** Everything goes to the service. */
    Route byDefault(Service service, int port) {
        String cluster =
                ClusterName.outbound(port, context.called(service.hostname())).toString();
        RouteAction.Builder action = RouteAction.newBuilder().setCluster(cluster);
        finish(action, null, HashPolicyTranslator.of(hash(service, "", port)), false);
        return Route.newBuilder()
                .setName("default")
                .setMatch(RouteMatches.all())
                .setRoute(action)
                .setDecorator(Decorator.newBuilder().setOperation(service.hostname() + ":" + port + "/*"))
                .build();
    }

    /** The routes in order; those that can't be reached behind a route for everything are left out. */
    List<Route> of(RoutingRule rule) {
        List<Route> routes = new ArrayList<>();
        for (HttpRoute http : rule.http()) {
            if (http.match().isEmpty()) {
                routes.add(route(rule, http, null));
                return routes;
            }
            for (HttpRoute.Match match : http.match()) {
                if (!concerns(match)) {
                    continue;
                }
                Route route = route(rule, http, match);
                routes.add(route);
                if (RouteMatches.catchesAll(route.getMatch())) {
                    return routes;
                }
            }
        }
        return routes;
    }

    // A match that names gateways is not asked for the caller's labels and namespace; a gateway is a caller, too.
    private boolean concerns(HttpRoute.Match match) {
        HttpRoute.Match.Scope scope = match.scope();
        boolean port = scope.port() == null || scope.port() == 0 || scope.port() == context.port();
        boolean source = scope.gateways().isEmpty()
                ? (scope.sourceNamespace().isEmpty()
                                || scope.sourceNamespace().equals(view.scope().namespace()))
                        && Labels.satisfy(view.scope().labels(), scope.sourceLabels())
                : scope.gateways().stream().anyMatch(context.gateways()::contains);
        return port && source;
    }

    private Route route(RoutingRule rule, HttpRoute http, HttpRoute.@Nullable Match match) {
        RouteMatch translated = match == null ? RouteMatches.all() : RouteMatches.of(match);
        Route.Builder route = Route.newBuilder()
                .setName(name(http, match))
                .setMatch(translated)
                .setMetadata(Protos.provenance(rule.key()));
        if (match != null && !match.statPrefix().isEmpty()) {
            route.setStatPrefix(match.statPrefix());
        }
        HeaderChanges changes = HeaderChanges.of(http.headers());
        route.addAllRequestHeadersToAdd(changes.requestAdd())
                .addAllRequestHeadersToRemove(changes.requestRemove())
                .addAllResponseHeadersToAdd(changes.responseAdd())
                .addAllResponseHeadersToRemove(changes.responseRemove());
        HttpRoute.Redirect redirect = http.action().redirect();
        HttpRoute.DirectResponse response = http.action().directResponse();
        if (redirect != null) {
            route.setRedirect(Redirects.redirect(redirect, context.listenPort(), context.endsTls()));
        } else if (response != null) {
            route.setDirectResponse(Redirects.directResponse(response));
        } else {
            route.setRoute(action(http, changes, route));
        }
        RouteFilterConfigs.apply(route, http);
        return route.setDecorator(Decorator.newBuilder().setOperation(operation(rule, route, translated)))
                .build();
    }

    private static String name(HttpRoute http, HttpRoute.@Nullable Match match) {
        return match == null || match.name().isEmpty() ? http.name() : http.name() + "." + match.name();
    }

    // The name of the span: the single destination's host and port, else the VirtualService's name; then the path.
    private String operation(RoutingRule rule, Route.Builder route, RouteMatch match) {
        String path = switch (match.getPathSpecifierCase()) {
            case PATH -> match.getPath();
            case PREFIX -> match.getPrefix() + "*";
            case SAFE_REGEX -> match.getSafeRegex().getRegex();
            case PATH_SEPARATED_PREFIX, PATH_MATCH_POLICY, CONNECT_MATCHER, PATHSPECIFIER_NOT_SET -> "/*";
        };
        Optional<ClusterName> single = route.hasRoute() && route.getRoute().hasCluster()
                ? ClusterName.parse(route.getRoute().getCluster())
                : Optional.empty();
        return single.map(c -> c.host() + ":" + c.port()).orElse(rule.source().name() + ":" + context.listenPort())
                + path;
    }

    private RouteAction action(HttpRoute http, HeaderChanges changes, Route.Builder route) {
        RouteAction.Builder action = RouteAction.newBuilder();
        String authority = changes.authority();
        HttpRoute.Rewrite rewrite = http.rewrite();
        if (rewrite != null) {
            action.setAppendXForwardedHost(HeaderSettings.of(view).forwardedHost());
            if (!rewrite.authority().isEmpty()) {
                authority = rewrite.authority();
            }
            if (rewrite.uriRegexRewrite() != null) {
                action.setRegexRewrite(RegexMatchAndSubstitute.newBuilder()
                        .setPattern(
                                StringMatchers.regex(rewrite.uriRegexRewrite().match()))
                        .setSubstitution(rewrite.uriRegexRewrite().rewrite()));
            } else if (!rewrite.uri().isEmpty()) {
                // With an exact or regular match Envoy replaces the whole path.
                action.setPrefixRewrite(rewrite.uri());
            }
        }
        List<HttpRoute.WeightedDestination> destinations =
                weighted(http.action().route());
        List<RouteAction.HashPolicy> hashes = new ArrayList<>();
        for (HttpRoute.WeightedDestination destination : destinations) {
            hashes.addAll(HashPolicyTranslator.of(hash(destination.destination())));
        }
        if (destinations.size() == 1) {
            HttpRoute.WeightedDestination only = destinations.getFirst();
            action.setCluster(cluster(only.destination()));
            HeaderChanges own = HeaderChanges.of(only.headers());
            route.addAllRequestHeadersToAdd(own.requestAdd())
                    .addAllRequestHeadersToRemove(own.requestRemove())
                    .addAllResponseHeadersToAdd(own.responseAdd())
                    .addAllResponseHeadersToRemove(own.responseRemove());
            // As with weights, where the route's own rewrite rules over the destination's.
            authority = authority == null ? own.authority() : authority;
        } else if (!destinations.isEmpty()) {
            WeightedCluster.Builder clusters = WeightedCluster.newBuilder();
            for (HttpRoute.WeightedDestination destination : destinations) {
                clusters.addClusters(share(destination));
            }
            action.setWeightedClusters(clusters);
        } else {
            // All weights are 0: nothing may be called, which Envoy answers as a missing cluster.
            action.setCluster("BlackHoleCluster");
        }
        if (authority != null) {
            action.setHostRewriteLiteral(authority);
        }
        mirrors(action, http);
        finish(action, http, hashes, http.action().route().size() == 1 && !hashes.isEmpty());
        return action.build();
    }

    private static List<HttpRoute.WeightedDestination> weighted(List<HttpRoute.WeightedDestination> all) {
        return all.size() == 1 ? all : all.stream().filter(d -> d.weight() > 0).toList();
    }

    private WeightedCluster.ClusterWeight share(HttpRoute.WeightedDestination destination) {
        HeaderChanges own = HeaderChanges.of(destination.headers());
        WeightedCluster.ClusterWeight.Builder share = WeightedCluster.ClusterWeight.newBuilder()
                .setName(cluster(destination.destination()))
                .setWeight(Protos.u32(destination.weight()))
                .addAllRequestHeadersToAdd(own.requestAdd())
                .addAllRequestHeadersToRemove(own.requestRemove())
                .addAllResponseHeadersToAdd(own.responseAdd())
                .addAllResponseHeadersToRemove(own.responseRemove());
        if (own.authority() != null) {
            share.setHostRewriteLiteral(own.authority());
        }
        return share.build();
    }

    private void mirrors(RouteAction.Builder action, HttpRoute http) {
        HttpRoute.Mirroring mirroring = http.mirroring();
        for (HttpRoute.Mirror mirror : mirroring.mirrors()) {
            mirror(action, mirror.destination(), mirror.percentage());
        }
        if (mirroring.mirror() != null && mirroring.mirrors().isEmpty()) {
            Percent share = mirroring.mirrorPercentage();
            if (share == null && mirroring.mirrorPercent() != null) {
                share = new Percent(mirroring.mirrorPercent());
            }
            mirror(action, mirroring.mirror(), share);
        }
    }

    private void mirror(RouteAction.Builder action, Destination to, @Nullable Percent percent) {
        FractionalPercent share = RouteFilterConfigs.share(percent == null ? new Percent(100) : percent);
        if (share.getNumerator() > 0) {
            action.addRequestMirrorPolicies(RouteAction.RequestMirrorPolicy.newBuilder()
                    .setCluster(cluster(to))
                    .setRuntimeFraction(RuntimeFractionalPercent.newBuilder().setDefaultValue(share))
                    .setTraceSampled(com.google.protobuf.BoolValue.of(false))
                    .setDisableShadowHostSuffixAppend(true));
        }
    }

    // No timeout unless asked for, for gRPC's own header as well.
    @SuppressWarnings("deprecation") // max_grpc_timeout is what Istio writes.
    private void finish(
            RouteAction.Builder action,
            @Nullable HttpRoute http,
            List<RouteAction.HashPolicy> hashes,
            boolean staysWithItsHost) {
        var timeout = http == null || http.timeout() == null ? Protos.ZERO : Protos.duration(http.timeout());
        action.setTimeout(timeout).setMaxGrpcTimeout(timeout);
        RetryPolicy retries = RetryPolicies.of(
                http == null ? null : http.retries(),
                view.snapshot().mesh().outbound().defaultHttpRetryPolicy(),
                staysWithItsHost);
        if (retries != null) {
            action.setRetryPolicy(retries);
        }
        action.addAllHashPolicy(hashes);
    }

    /** The cluster of a destination: its own port, else the service's only one, else the one called. */
    String cluster(Destination destination) {
        String host = view.concreteHost(destination.host());
        String called = context.called(host);
        String subset = called.equals(host) ? destination.subset() : "";
        return ClusterName.outbound(port(destination), subset, called).toString();
    }

    private int port(Destination destination) {
        if (destination.port() != null && destination.port().number() != null) {
            return destination.port().number();
        }
        Optional<Service> service = view.scope().service(destination.host());
        return service.filter(s -> s.ports().size() == 1)
                .map(s -> s.ports().getFirst().number())
                .orElse(context.port());
    }

    private @Nullable ConsistentHash hash(Destination destination) {
        Service service =
                view.scope().service(view.concreteHost(destination.host())).orElse(null);
        return service == null ? null : hash(service, destination.subset(), port(destination));
    }

    private @Nullable ConsistentHash hash(Service service, String subset, int port) {
        MergedRule rule = view.scope().destinationRule(service);
        if (rule == null) {
            return null;
        }
        LoadBalancer balancer =
                EffectivePolicy.of(rule, rule.subset(subset).orElse(null), port).loadBalancer();
        return balancer == null ? null : balancer.consistentHash();
    }
}
