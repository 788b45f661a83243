package dev.lateen.install.reach;

import dev.lateen.install.cluster.ApiReason;
import dev.lateen.install.failure.CommandFailure;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One port of a pod as a port of this machine: each connection to it becomes one in the pod's network, through the API server and the pod's kubelet. What listens
 * in the pod on its loopback address alone, as a proxy's admin port does, is reached too. Safe from any thread.
 */
public final class PodTunnel implements AutoCloseable {
    private final KubernetesClient client;
    private final Pod pod;
    private final int remotePort;
    private final LocalPortForward forward;

    private PodTunnel(KubernetesClient client, Pod pod, int remotePort, LocalPortForward forward) {
        this.client = client;
        this.pod = pod;
        this.remotePort = remotePort;
        this.forward = forward;
    }

    /** With any free port of the loopback address. */
    static PodTunnel open(KubernetesClient client, Pod pod, int remotePort) {
        try {
            return open(client, pod, remotePort, InetAddress.getLoopbackAddress(), 0);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "no port can be opened on this machine: " + e.getMessage());
        }
    }

    /**
     * With an address and port of this machine.
     *
     * @param localPort 0 for any that is free
     * @throws IOException if that port can't be had
     */
    static PodTunnel open(KubernetesClient client, Pod pod, int remotePort, InetAddress address, int localPort)
            throws IOException {
        try {
            LocalPortForward forward = client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .portForward(remotePort, address, localPort);
            return new PodTunnel(client, pod, remotePort, forward);
        } catch (KubernetesClientException | IllegalStateException e) {
            throw new IOException(deepest(e), e);
        }
    }

    /** The port of this machine. */
    public int port() {
        return forward.getLocalPort();
    }

    /** Host and port of this machine. */
    public String authority() {
        return "127.0.0.1:" + port();
    }

    /**
     * A page of the pod's port.
     *
     * @throws CommandFailure if it can't be had: what was asked of whom, and on which part of the way it failed
     */
    String get(PageReader pages, String path) {
        return asked(path, () -> pages.get(authority(), path));
    }

    /** As {@link #get}, by a POST. */
    String post(PageReader pages, String path) {
        return asked(path, () -> pages.post(authority(), path));
    }

    /** Something that speaks through the tunnel. */
    private interface Asking {
        String ask() throws IOException;
    }

    private String asked(String path, Asking asking) {
        try {
            return asking.ask();
        } catch (IOException e) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "pod " + PodState.name(pod) + ", port " + remotePort + ", " + path + ": " + reason(e));
        }
    }

    /** A tunnel that breaks looks like a connection that closes: why, its two ends know. */
    private String reason(IOException seen) {
        String denied = denied();
        if (!denied.isEmpty()) {
            return denied;
        }
        return Stream.concat(forward.getServerThrowables().stream(), forward.getClientThrowables().stream())
                .map(PodTunnel::deepest)
                .findFirst()
                .orElse(Objects.requireNonNullElse(seen.getMessage(), "the connection was closed"));
    }

    /** By WebSocket a forwarding is a {@code get}; newer API servers want {@code create} too, as for other clients. */
    private String denied() {
        String namespace = pod.getMetadata().getNamespace();
        try {
            for (String verb : new String[] {"get", "create"}) {
                if (!Rights.has(client, verb, namespace, "pods", "portforward")) {
                    return "you may not " + verb + " pods/portforward in namespace " + namespace
                            + " (expected: a role with the verbs get and create for pods/portforward)";
                }
            }
            return "";
        } catch (KubernetesClientException e) {
            return ApiReason.of(e);
        }
    }

    private static String deepest(Throwable failure) {
        Throwable deep = failure;
        while (deep.getCause() != null) {
            deep = deep.getCause();
        }
        return deep.getMessage() == null ? deep.toString() : deep.getMessage().strip();
    }

    @Override
    public void close() {
        try {
            forward.close();
        } catch (IOException e) {
            // The process' end closes it; nobody waits for it any more.
        }
    }
}
