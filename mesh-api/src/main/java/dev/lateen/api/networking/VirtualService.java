package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Obeys;
import java.util.List;

/**
 * Where requests to a set of hosts go.
 *
 * @param hosts the hosts; empty only in a delegate
 * @param gateways the gateways whose traffic it rules; empty means {@code mesh}, all sidecars
 * @param http the routes of HTTP traffic; the first match wins
 * @param tls the routes of TLS traffic that is passed through
 * @param tcp the routes of opaque traffic
 * @param exportTo the namespaces that see it; empty means all
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "VirtualService",
        plural = "virtualservices",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "vs")
@Column(name = "Gateways", path = ".spec.gateways")
@Column(name = "Hosts", path = ".spec.hosts")
@Column(name = "Age", path = Column.CREATED)
@Obeys(VirtualServiceRules.Whole.class)
public record VirtualService(
        List<String> hosts,
        List<@Obeys(HostSyntax.GatewayName.class) String> gateways,
        List<HttpRoute> http,
        List<TlsRoute> tls,
        List<TcpRoute> tcp,
        List<@Obeys(HostSyntax.ExportTo.class) String> exportTo)
        implements Spec {}
