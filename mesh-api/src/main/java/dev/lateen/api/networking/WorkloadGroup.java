package dev.lateen.api.networking;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.ApiKind;
import dev.lateen.api.schema.AtMostOne;
import dev.lateen.api.schema.Cel;
import dev.lateen.api.schema.CheckedPort;
import dev.lateen.api.schema.Column;
import dev.lateen.api.schema.Length;
import dev.lateen.api.schema.Obeys;
import dev.lateen.api.schema.Pattern;
import dev.lateen.api.schema.Range;
import dev.lateen.api.schema.Required;
import dev.lateen.api.schema.Size;
import dev.lateen.api.schema.Uint32;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What WorkloadEntries that register themselves look like.
 *
 * @param metadata the labels and annotations that they get
 * @param template the entry without its address
 * @param probe how its readiness is found out
 */
@ApiKind(
        group = "networking.istio.io",
        kind = "WorkloadGroup",
        plural = "workloadgroups",
        versions = {"v1", "v1beta1", "v1alpha3"},
        shortNames = "wg",
        specRequired = true)
@Column(name = "Age", path = Column.CREATED)
public record WorkloadGroup(
        @Nullable Labels metadata,
        @Required Template template,
        @Nullable Probe probe) implements Spec {
    /** Labels and annotations. */
    public record Labels(
            @Size(max = 256) Map<String, String> labels,
            @Size(max = 256) Map<String, String> annotations) {}

    /** A {@link WorkloadEntry} whose address may be missing; the components mean the same. */
    @Obeys(WorkloadRules.TemplateUnixHasNoPorts.class)
    @Cel(rule = WorkloadRules.SOCKETS_HAVE_NO_PORTS, message = "UDS may not include ports")
    public record Template(
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
            @Length(max = 253) String serviceAccount) {}

    /**
     * How readiness is found out; numbers of 0 mean the default.
     *
     * @param initialDelaySeconds before the first probe
     * @param timeoutSeconds of one probe; default 1
     * @param periodSeconds between probes; default 10
     * @param successThreshold good ones in a row until ready; default 1
     * @param failureThreshold bad ones in a row until not ready; default 3
     */
    @AtMostOne({"httpGet", "tcpSocket", "exec", "grpc"})
    public record Probe(
            @Range(min = 0) int initialDelaySeconds,
            @Range(min = 0) int timeoutSeconds,
            @Range(min = 0) int periodSeconds,
            @Range(min = 0) int successThreshold,
            @Range(min = 0) int failureThreshold,
            @Nullable HttpGet httpGet,
            @Nullable TcpSocket tcpSocket,
            @Nullable Exec exec,
            @Nullable Grpc grpc) {}

    /** A request that must succeed. */
    public record HttpGet(
            String path,
            @Required @CheckedPort int port,
            String host,

            @Obeys(WorkloadRules.ProbeScheme.class)
            @Cel(rule = "self in [\"\", \"HTTP\", \"HTTPS\"]", message = "scheme must be one of [HTTP, HTTPS]")
            String scheme,

            List<Header> httpHeaders) {}

    /** A header of a probe. */
    public record Header(
            @Pattern("^[-_A-Za-z0-9]+$") @Nullable String name, String value) {}

    /** A connection that must succeed. */
    public record TcpSocket(
            String host, @Required @CheckedPort int port) {}

    /** A command that must succeed. */
    public record Exec(@Required List<@Length(min = 1) String> command) {}

    /** A gRPC health check that must succeed. */
    public record Grpc(@Nullable @CheckedPort Integer port, String service) {}
}
