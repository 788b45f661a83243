package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.CheckedPort;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.TextRules;
import dev.lateen.api.schema.Unique;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Services that the registry would not know otherwise.
 *
 * @param hosts their names
 * @param addresses their virtual addresses, or CIDRs
 * @param ports their ports
 * @param location inside or outside the mesh
 * @param resolution how endpoints are found
 * @param endpoints explicit endpoints
 * @param workloadSelector the WorkloadEntries and pods that are the endpoints
 * @param exportTo the namespaces that see it; empty means all
 * @param subjectAltNames names of which a server must have one
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "ServiceEntry",
        plural = "serviceentries",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "se",
        specRequired = true)
@Column(name = "Hosts", path = ".spec.hosts")
@Column(name = "Location", path = ".spec.location")
@Column(name = "Resolution", path = ".spec.resolution")
@Column(name = "Age", path = Column.CREATED)
@AtMostOne(
        value = {"workloadSelector", "endpoints"},
        message = "only one of WorkloadSelector or Endpoints can be set")
@Cel(
        rule = "!((has(self.addresses) ? self.addresses : []).exists(k, k.contains(\"/\"))"
                + " && !((has(self.resolution) ? self.resolution : \"NONE\") in [\"STATIC\", \"NONE\"]))",
        message = "CIDR addresses are allowed only for NONE/STATIC resolution types")
@Cel(
        rule = "((has(self.resolution) ? self.resolution : \"NONE\") == \"NONE\") ? !has(self.endpoints) : true",
        message = "NONE mode cannot set endpoints")
@Cel(
        rule = "((has(self.resolution) ? self.resolution : \"\") == \"DNS_ROUND_ROBIN\")"
                + " ? ((has(self.endpoints) ? self.endpoints : []).size() <= 1) : true",
        message = "DNS_ROUND_ROBIN mode cannot have multiple endpoints")
@Obeys({ServiceEntryRules.Whole.class})
public record ServiceEntry(
        @Required @Size(min = 1, max = 256)
        List<
                        @Cel(rule = "self != \"*\"", message = "hostname cannot be wildcard")
                        @Obeys({HostSyntax.NotStar.class, HostSyntax.WildcardHost.class}) String>
                hosts,

        @Size(max = 256) List<@Length(max = 64) @Obeys(TextRules.Cidr.class) String> addresses,

        @Size(max = 256)
        @Unique("name")
        @Obeys(ServiceEntryRules.DistinctPorts.class)
        @Cel(
                rule = "self.all(l1, self.exists_one(l2, l1.number == l2.number))",
                message = "port number cannot be duplicated")
        List<ServicePort> ports,

        Location location,
        Resolution resolution,
        @Size(max = 4096) List<WorkloadEntry> endpoints,
        @Nullable WorkloadSelector workloadSelector,
        List<@Obeys(HostSyntax.ExportTo.class) String> exportTo,
        List<String> subjectAltNames)
        implements Spec {

    /**
     * A port of a service.
     *
     * @param number the port
     * @param protocol HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP, TLS ...; empty means that it is found out
     * @param name a label
     * @param targetPort the port of the endpoints; absent means the same
     */
    public record ServicePort(
            @Required @CheckedPort int number,

            @Length(max = 256) @Obeys(ServiceEntryRules.Protocol.class)
            String protocol,

            @Required @Length(max = 256) @Obeys(TextRules.PortName.class)
            String name,

            @Nullable @CheckedPort Integer targetPort) {}

    /** Inside or outside the mesh. */
    public enum Location {
        /** Outside: no mutual TLS. */
        MESH_EXTERNAL,
        /** Inside. */
        MESH_INTERNAL
    }

    /** How endpoints are found. */
    public enum Resolution {
        /** The address that the client asked for. */
        NONE,
        /** As listed. */
        STATIC,
        /** By DNS, all addresses. */
        DNS,
        /** By DNS, the first address at each connection. */
        DNS_ROUND_ROBIN,
        /** By DNS, of the host that the request names. */
        DYNAMIC_DNS
    }
}
