package dev.lateen.istiod.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.xds.TypeUrls;
import dev.lateen.istiod.model.ProxyNode;
import dev.lateen.istiod.translate.listener.HttpConnectionManagers;
import dev.lateen.istiod.translate.resource.XdsResource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What Envoy checks before it takes a resource, as far as a wrong translation could break it. */
final class EnvoyRules {
    private EnvoyRules() {}

    static void check(Mesh mesh, ProxyNode node) {
        Translation translation = mesh.translation(node);
        unique(translation.all(TypeUrls.CLUSTER));
        unique(translation.all(TypeUrls.LISTENER));
        unique(translation.all(TypeUrls.ROUTE));
        unique(translation.all(TypeUrls.ENDPOINT));
        translation.all(TypeUrls.CLUSTER).forEach(r -> cluster(translation, Mesh.unpack(r, Cluster.class)));
        Set<String> addresses = new HashSet<>();
        for (XdsResource resource : translation.all(TypeUrls.LISTENER)) {
            Listener listener = Mesh.unpack(resource, Listener.class);
            assertThat(addresses.add(listener.getAddress().toString()))
                    .as("address of %s once", listener.getName())
                    .isTrue();
            listener(translation, listener);
        }
        translation.all(TypeUrls.ROUTE).forEach(r -> routes(Mesh.unpack(r, RouteConfiguration.class)));
    }

    private static void unique(List<XdsResource> resources) {
        assertThat(resources.stream().map(XdsResource::name)).doesNotHaveDuplicates();
    }

    private static void cluster(Translation translation, Cluster cluster) {
        switch (cluster.getType()) {
            case EDS ->
                assertThat(translation.named(
                                TypeUrls.ENDPOINT, cluster.getEdsClusterConfig().getServiceName()))
                        .as("endpoints of %s", cluster.getName())
                        .isNotNull();
            case STRICT_DNS ->
                assertThat(cluster.getLoadAssignment().getEndpointsCount())
                        .as(cluster.getName())
                        .isPositive();
            case LOGICAL_DNS -> {
                assertThat(cluster.getLoadAssignment().getEndpointsCount())
                        .as(cluster.getName())
                        .isEqualTo(1);
                assertThat(cluster.getLoadAssignment().getEndpoints(0).getLbEndpointsCount())
                        .isEqualTo(1);
            }
            case ORIGINAL_DST -> assertThat(cluster.getLbPolicy()).isEqualTo(Cluster.LbPolicy.CLUSTER_PROVIDED);
            case STATIC, UNRECOGNIZED -> {}
        }
        assertThat(cluster.getConnectTimeout().getSeconds()
                        + cluster.getConnectTimeout().getNanos())
                .isPositive();
        boolean both = cluster.hasTransportSocket() && cluster.getTransportSocketMatchesCount() > 0;
        assertThat(both).as("one way of TLS for %s", cluster.getName()).isFalse();
    }

    private static void listener(Translation translation, Listener listener) {
        List<FilterChain> chains = listener.getFilterChainsList();
        assertThat(chains.size() + (listener.hasDefaultFilterChain() ? 1 : 0))
                .as(listener.getName())
                .isPositive();
        Set<FilterChainMatch> whole = new HashSet<>();
        Set<String> single = new HashSet<>();
        for (FilterChain chain : chains) {
            FilterChainMatch match = chain.getFilterChainMatch();
            assertThat(whole.add(match))
                    .as("%s: match %s once", listener.getName(), match)
                    .isTrue();
            FilterChainMatch rest = match.toBuilder().clearServerNames().build();
            for (String name : match.getServerNamesList()) {
                assertThat(single.add(name + " " + rest))
                        .as("%s: server name %s once", listener.getName(), name)
                        .isTrue();
                assertThat(name.indexOf('*', 1))
                        .as("wildcard only in front: %s", name)
                        .isNegative();
            }
            filters(translation, listener, chain.getFiltersList());
        }
        if (listener.hasDefaultFilterChain()) {
            filters(translation, listener, listener.getDefaultFilterChain().getFiltersList());
        }
    }

    private static void filters(Translation translation, Listener listener, List<Filter> filters) {
        assertThat(filters).as(listener.getName()).isNotEmpty();
        Filter last = filters.getLast();
        if (!last.getName().equals(HttpConnectionManagers.NAME)) {
            assertThat(last.getName()).isEqualTo("envoy.filters.network.tcp_proxy");
            return;
        }
        HttpConnectionManager manager = Mesh.unpack(last.getTypedConfig(), HttpConnectionManager.class);
        if (manager.hasRds()) {
            String name = manager.getRds().getRouteConfigName();
            assertThat(translation.named(TypeUrls.ROUTE, name))
                    .as("routes %s of %s", name, listener.getName())
                    .isNotNull();
        } else {
            routes(manager.getRouteConfig());
        }
        assertThat(manager.getHttpFilters(manager.getHttpFiltersCount() - 1).getName())
                .isEqualTo("envoy.filters.http.router");
    }

    private static void routes(RouteConfiguration routes) {
        List<String> names = new ArrayList<>();
        Set<String> domains = new HashSet<>();
        for (VirtualHost host : routes.getVirtualHostsList()) {
            names.add(host.getName());
            assertThat(host.getDomainsCount()).as(host.getName()).isPositive();
            for (String domain : host.getDomainsList()) {
                assertThat(domains.add(domain.toLowerCase(Locale.ROOT)))
                        .as("%s: domain %s once", routes.getName(), domain)
                        .isTrue();
            }
            host.getRoutesList().forEach(r -> route(routes.getName(), r));
        }
        assertThat(names).doesNotHaveDuplicates();
    }

    private static void route(String where, Route route) {
        assertThat(route.getActionCase()).as(where).isNotEqualTo(Route.ActionCase.ACTION_NOT_SET);
        if (route.hasRoute() && route.getRoute().hasWeightedClusters()) {
            long sum = route.getRoute().getWeightedClusters().getClustersList().stream()
                    .mapToLong(c -> c.getWeight().getValue())
                    .sum();
            assertThat(sum).as(where).isPositive();
        }
        if (route.hasRoute()) {
            assertThat(route.getRoute().getPrefixRewrite().isEmpty()
                            || !route.getRoute().hasRegexRewrite())
                    .isTrue();
        }
    }
}
