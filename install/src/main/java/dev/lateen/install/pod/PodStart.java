package dev.lateen.install.pod;

import dev.lateen.proxy.ProxyBootstrap;
import dev.lateen.proxy.agent.AgentSettings;
import dev.lateen.proxy.dns.DnsSettings;
import dev.lateen.proxy.identity.IdentitySettings;
import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.xds.bootstrap.ControlPlane;
import dev.lateen.proxy.xds.bootstrap.ControlPlane.Tls;
import dev.lateen.proxy.xds.bootstrap.XdsNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a pod's proxy starts: a bootstrap made of what Istio's injection template gives, without a file. Pure but for the files it is given.
 *
 * @param bootstrap what the proxy is told
 * @param end how it ends
 * @param certificates the directory that certificates are written to for others in the pod; empty for none
 * @param inCluster whether the pod is one of a cluster's
 * @param remarks what of all that was given has no effect, in words
 */
public record PodStart(
        ProxyBootstrap bootstrap, PodEnd end, String certificates, boolean inCluster, List<String> remarks) {
    private static final int ISTIODS_PORT = 15012;
    private static final String LOCALHOST = "localhost";
    private static final String SYSTEM = "SYSTEM";
    private static final String ROOT_FILE = "a file of roots";
    private static final String XDS_HEADER = "XDS_HEADER_";
    private static final String EXCLUDED = "traffic.sidecar.istio.io/excludeInterfaces";

    /**
     * The start of a proxy.
     *
     * @throws IllegalArgumentException if something given is wrong or missing: its name, what was found and what is accepted
     * @throws IOException if a file is there and can't be read
     */
    public static PodStart of(AgentBootstrap around, PodFlags flags) throws IOException {
        Map<String, String> labels = downward(around.files(), PodFiles.LABELS);
        Map<String, String> annotations = downward(around.files(), PodFiles.ANNOTATIONS);
        PodSettings settings = PodSettings.of(
                        around.environment().getOrDefault(PodSettings.VARIABLE, ""),
                        annotations.getOrDefault(PodSettings.ANNOTATION, ""))
                .with(annotations);
        PodVariables variables = new PodVariables(around.environment(), settings.proxyMetadata());
        PodRemarks.refuse(variables);
        List<String> addresses = addresses(around, variables, annotations);
        String namespace = variables.needed("POD_NAMESPACE", "the pod's namespace");
        String domain = flags.domain().isEmpty() ? namespace + ".svc.cluster.local" : flags.domain();
        PodNode node = new PodNode(flags.type(), domain, variables, labels, annotations, addresses);
        Parts parts = new Parts(around.files(), flags, settings, variables, node);
        List<String> remarks = new ArrayList<>(settings.remarks());
        remarks.addAll(PodRemarks.withoutEffect(variables));
        remarks.addAll(PodDns.remarks(node, variables, around.files()));
        return new PodStart(
                parts.bootstrap(),
                parts.end(),
                variables.text("OUTPUT_CERTS", ""),
                !variables.text("KUBERNETES_SERVICE_HOST", "").isEmpty(),
                List.copyOf(remarks));
    }

    private static Map<String, String> downward(PodFiles files, String path) throws IOException {
        String text = files.read(path);
        try {
            return text == null ? Map.of() : DownwardApi.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    /** The pod's own, then what else its interfaces have, but for those that interception leaves out. */
    private static List<String> addresses(
            AgentBootstrap around, PodVariables variables, Map<String, String> annotations) {
        Set<String> all = new LinkedHashSet<>();
        String own = variables.text("INSTANCE_IP", "");
        if (!own.isEmpty()) {
            all.add(own);
        }
        List<String> excluded =
                Arrays.asList(annotations.getOrDefault(EXCLUDED, "").split(","));
        around.interfaces().forEach((name, addresses) -> {
            if (!excluded.contains(name)) {
                all.addAll(addresses);
            }
        });
        return all.isEmpty() ? List.of("127.0.0.1") : List.copyOf(all);
    }

    static String checked(String path, @Nullable String pem) {
        if (pem == null || !pem.contains("-----BEGIN CERTIFICATE-----")) {
            throw new IllegalArgumentException(path + ": " + (pem == null ? "no such file" : "no certificate in it")
                    + " (expected: root certificates, PEM)");
        }
        return pem;
    }

    /** @param node who the proxy is */
    private record Parts(PodFiles files, PodFlags flags, PodSettings settings, PodVariables variables, PodNode node) {
        ProxyBootstrap bootstrap() throws IOException {
            PodPorts ports = PodPorts.of(settings, variables);
            StatsDocument stats = new StatsDocument(settings.stats(), node.annotations(), node.addresses());
            boolean forThisPod = variables.flag("METRICS_LOCALHOST_ACCESS_ONLY", false);
            PodEnd end = end();
            ProxyBootstrap bootstrap = new ProxyBootstrap(
                    named(ports),
                    loops(),
                    new ProxyBootstrap.OwnAddresses(
                            here(ports.admin()),
                            forThisPod ? here(ports.stats()) : everywhere(ports.stats()),
                            everywhere(ports.readiness())),
                    discovery(),
                    List.of(),
                    settings.drain(),
                    () -> stats.document(ports.admin(), end.whenIdle()));
            ProxyBootstrap withAgent = ports.status() == 0 ? bootstrap : bootstrap.withAgent(agent(ports, forThisPod));
            DnsSettings dns = PodDns.of(node, variables, files);
            return dns == null ? withAgent : withAgent.withDns(dns);
        }

        private XdsNode named(PodPorts ports) {
            XdsNode named = node.node(settings, ports);
            return flags.serviceCluster().isEmpty()
                            || !settings.serviceCluster().isEmpty()
                    ? named
                    : new XdsNode(
                            named.id(),
                            flags.serviceCluster(),
                            named.metadata(),
                            named.locality(),
                            named.userAgentName(),
                            named.userAgentVersion(),
                            named.extensions());
        }

        /** What is said most closely, else what the container may use. */
        private int loops() {
            Integer flag = flags.concurrency();
            Integer given = flag == null || flag == 0 ? settings.concurrency() : flag;
            return given == null ? variables.number("ISTIO_CPU_LIMIT", 0, 1024, 0) : given;
        }

        PodEnd end() {
            return new PodEnd(
                    settings.drain().atStop(),
                    variables.flag("EXIT_ON_ZERO_ACTIVE_CONNECTIONS", false),
                    variables.duration("MINIMUM_DRAIN_DURATION", ProxyBootstrap.Drain.USUAL.atStop()));
        }

        private boolean isIpv6() {
            return node.addresses().getFirst().indexOf(':') >= 0;
        }

        private InetSocketAddress here(int port) {
            return new InetSocketAddress(isIpv6() ? "::1" : "127.0.0.1", port);
        }

        /** All addresses, of both families where there are two. */
        private static InetSocketAddress everywhere(int port) {
            return new InetSocketAddress("0.0.0.0", port);
        }

        private ProxyBootstrap.Discovery discovery() throws IOException {
            String socket = PodFiles.IDENTITY_SOCKETS + variables.text("WORKLOAD_IDENTITY_SOCKET_FILE", "socket");
            if (files.exists(socket)) {
                throw new IllegalArgumentException(socket
                        + ": another server of identities is here (expected: none; certificates come from the CA)");
            }
            String roots = roots();
            Authority istiod = address("discoveryAddress", settings.discoveryAddress());
            String name = variables.text("ISTIOD_SAN", pilotName(istiod.name()));
            return new ProxyBootstrap.Discovery(
                    new ControlPlane(istiod.name(), istiod.port(), "", true, istiodsTls(name), headers()),
                    Map.of(),
                    identity(roots, istiod, name));
        }

        /** Istiod's certificate does not name this machine. */
        private static String pilotName(String host) {
            return host.equals(LOCALHOST) ? "istiod.istio-system.svc" : host;
        }

        private IdentitySettings identity(String roots, Authority istiod, String istiodName) throws IOException {
            String given = variables.text("CA_ADDR", "");
            Authority ca = given.isEmpty() ? istiod : address("CA_ADDR", given);
            return new IdentitySettings(
                    new IdentitySettings.Ca(
                            ca.name(), ca.port(), given.isEmpty() ? istiodName : pilotName(ca.name()), caRoots()),
                    new IdentitySettings.Roots(roots, this::roots),
                    this::token,
                    variables.text("TRUST_DOMAIN", "cluster.local"),
                    node.namespace(),
                    node.serviceAccount().isEmpty() ? "default" : node.serviceAccount(),
                    variables.duration("SECRET_TTL", IdentitySettings.TIME_TO_LIVE));
        }

        private String token() throws IOException {
            String token = files.read(PodFiles.TOKEN);
            if (token == null) {
                throw new IOException(PodFiles.TOKEN + ": no such file (expected: the pod's token)");
            }
            return token.strip();
        }

        private String roots() throws IOException {
            String provider = variables.text("PILOT_CERT_PROVIDER", "istiod");
            if (provider.equals("none")) {
                throw new IllegalArgumentException(
                        "PILOT_CERT_PROVIDER: none (expected: istiod; without roots nobody can be trusted)");
            }
            String mounted = files.read(PodFiles.MOUNTED_ROOTS);
            if (mounted != null && provider.equals("custom")) {
                return checked(PodFiles.MOUNTED_ROOTS, mounted);
            }
            return checked(PodFiles.ROOTS, files.read(PodFiles.ROOTS));
        }

        /** The roots that the CA is checked against may be others than the mesh's. */
        private IdentitySettings.@Nullable Roots caRoots() throws IOException {
            String given = rootFile("CA_ROOT_CA");
            if (given.isEmpty()) {
                return null;
            }
            RootFile file = new RootFile(files, given);
            return new IdentitySettings.Roots(file.get(), file::read);
        }

        private String rootFile(String variable) {
            String given = variables.text(variable, "");
            if (given.equals(SYSTEM)) {
                throw new IllegalArgumentException(variable + ": SYSTEM (expected: " + ROOT_FILE + ")");
            }
            return given;
        }

        /** The roots that istiod is checked against may be others than the mesh's. */
        private Tls istiodsTls(String name) throws IOException {
            String given = rootFile("XDS_ROOT_CA");
            String path = given.isEmpty() ? PodFiles.MOUNTED_ROOTS : given;
            return given.isEmpty() && files.read(path) == null
                    ? Tls.ofMesh(name)
                    : Tls.ofWorkload(new RootFile(files, path), name);
        }

        private Map<String, String> headers() {
            Map<String, String> headers = new TreeMap<>();
            variables.environment().forEach((name, value) -> {
                if (name.startsWith(XDS_HEADER)) {
                    headers.put(name.substring(XDS_HEADER.length()), value);
                }
            });
            return headers;
        }

        private static Authority address(String name, String text) {
            Authority address = Authority.of(text);
            boolean noPort = address.port() == Authority.NO_PORT;
            if (address.name().isEmpty() || noPort && !address.portPart().isEmpty()) {
                throw new IllegalArgumentException(name + ": " + text + " (expected: HOST:PORT)");
            }
            return noPort ? Authority.of(text + ":" + ISTIODS_PORT) : address;
        }

        private AgentSettings agent(PodPorts ports, boolean metricsForThisPodOnly) {
            String pod = variables.flag("REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", false)
                    ? here(0).getHostString()
                    : node.addresses().getFirst();
            return new AgentSettings(
                    everywhere(ports.status()),
                    PodProbes.parse(variables.text(PodProbes.VARIABLE, "")),
                    node.type().equals("sidecar")
                            ? PodScrapes.parse(variables.text(PodScrapes.VARIABLE, ""), ports.status())
                            : List.of(),
                    new AgentSettings.Way(
                            pod, isIpv6() ? "::6" : "127.0.0.6", variables.flag("ISTIO_ENABLE_HTTP2_PROBING", true)),
                    metricsForThisPodOnly);
        }
    }
}
