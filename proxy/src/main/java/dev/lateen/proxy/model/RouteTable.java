package dev.lateen.proxy.model;

import java.util.List;

/**
 * {@code envoy.config.route.v3.RouteConfiguration}.
 *
 * @param name the RDS name, such as {@code 9080} or {@code http.8080}
 * @param virtualHosts in their order; a domain stands in one of them only
 * @param validateClusters ignored at run time; kept for dumps
 * @param requestHeaders edits for every request
 * @param responseHeaders edits for every response
 * @param ignorePortInHostMatching whether the port of an authority is left out of the comparison with domains
 * @param mostSpecificHeaderMutationsWins Envoy's field of that name
 */
public record RouteTable(
        String name,
        List<VirtualHost> virtualHosts,
        boolean validateClusters,
        HeaderMutations requestHeaders,
        HeaderMutations responseHeaders,
        boolean ignorePortInHostMatching,
        boolean mostSpecificHeaderMutationsWins) {
    public RouteTable {
        virtualHosts = List.copyOf(virtualHosts);
    }
}
