package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.CheckedPort;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Uint32;
import java.util.Map;

/**
 * A workload that is no pod.
 *
 * @param address an IP address, a host name or {@code unix://} with a path
 * @param ports where each port of the service is, by its name
 * @param labels its labels
 * @param network the network; empty means the mesh's default
 * @param locality {@code region/zone/subzone}; empty if unknown
 * @param weight its share; 0 means 1
 * @param serviceAccount whose identity it has
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "WorkloadEntry",
        plural = "workloadentries",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "we",
        specRequired = true)
@Column(name = "Age", path = Column.CREATED)
@Column(name = "Address", path = ".spec.address")
@Obeys({WorkloadRules.UnixHasNoPorts.class, WorkloadRules.HasAddress.class})
@Cel(rule = "has(self.address) || has(self.network)", message = "Address is required")
@Cel(rule = WorkloadRules.SOCKETS_HAVE_NO_PORTS, message = "UDS may not include ports")
public record WorkloadEntry(
        @Length(max = 256)
        @Obeys(WorkloadRules.Address.class)
        @Cel(rule = WorkloadRules.ABSOLUTE_SOCKET, message = "UDS must be an absolute path or abstract socket")
        @Cel(rule = WorkloadRules.SOCKET_IS_NO_FOLDER, message = "UDS may not be a dir")
        String address,

        @Size(max = 128) @Cel(rule = WorkloadRules.PORT_NAMES, message = "port name must be valid")
        Map<@Obeys(WorkloadRules.EntryPortName.class) String, @CheckedPort Integer> ports,

        @Size(max = 256) Map<String, String> labels,
        @Length(max = 2048) String network,
        @Length(max = 2048) String locality,
        @Uint32 long weight,
        @Length(max = 253) String serviceAccount)
        implements Spec {}
