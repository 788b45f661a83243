package dev.lateen.install.dashboard;

import dev.lateen.install.failure.CommandFailure;
import dev.lateen.install.reach.ClusterReach;
import dev.lateen.install.reach.PodTunnel;
import dev.lateen.install.reach.ReachOptions;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code meshctl dashboard PAGE}: forwards the port of a web page in the cluster, prints its address and opens it, until it is interrupted. */
@Command(
        name = "dashboard",
        aliases = {"dash", "d"},
        description = "Open a web page of a proxy, of istiod or of an add-on of the mesh, through the API server.",
        mixinStandardHelpOptions = true)
public final class DashboardCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "PAGE",
            description = "envoy (or proxy) POD, istiod-debug [POD], prometheus, grafana, kiali, jaeger, zipkin or"
                    + " skywalking.")
    private String page = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "POD",
            description = "The proxy, or the control plane if there are several: POD[.NAMESPACE] or TYPE/NAME.")
    private @Nullable String pod;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port of this machine (default: the page's own if it is free, else any).")
    private int port;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            defaultValue = "localhost",
            description = "The address of this machine that others may call (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Option(
            names = "--ui-port",
            paramLabel = "PORT",
            description = "The page's port in its pod, where it is not the usual one.")
    private @Nullable Integer uiPort;

    @Option(
            names = "--browser",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "true",
            paramLabel = "true|false",
            description = "Whether to open a browser (default: ${DEFAULT-VALUE}).")
    private boolean browser;

    @Mixin
    private ReachOptions cluster = new ReachOptions();

    @Override
    public Integer call() throws InterruptedException {
        DashboardPage asked = DashboardPage.of(page);
        PrintWriter out = spec.commandLine().getOut();
        try (ClusterReach reach = cluster.open()) {
            Pod target = target(asked, reach);
            PodTunnel tunnel = tunnel(reach, target, uiPort == null ? asked.port() : uiPort);
            String url = "http://" + bracketed(address) + ":" + tunnel.port() + asked.path();
            out.println(url);
            out.println("forwarded from pod " + ClusterReach.name(target) + " until Ctrl-C");
            out.flush();
            if (browser && !Browser.open(url)) {
                spec.commandLine().getErr().println("no browser could be started: open " + url + " in yours");
            }
            new CountDownLatch(1).await();
        }
        return 0;
    }

    private Pod target(DashboardPage asked, ClusterReach reach) {
        if (asked.isOfProxy()) {
            if (pod == null) {
                throw new CommandFailure(
                        CommandFailure.BAD_INPUT, "dashboard " + asked.word() + ": no pod given (expected: POD)");
            }
            return reach.proxy(pod);
        }
        if (asked == DashboardPage.ISTIOD_DEBUG) {
            return pod == null ? reach.istiods().getFirst() : reach.controlPlane(pod);
        }
        if (pod != null) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT, "dashboard " + asked.word() + ": takes no pod, found: " + pod);
        }
        String[] label = asked.label().split("=", 2);
        Pod found = reach.labelled(label[0], label[1]);
        if (found == null) {
            throw new CommandFailure(
                    CommandFailure.FAILED,
                    "dashboard " + asked.word() + ": no running pod with the label " + asked.label() + " in namespace "
                            + reach.istioNamespace() + " (expected: the add-on installed there, or --istioNamespace)");
        }
        return found;
    }

    private PodTunnel tunnel(ClusterReach reach, Pod target, int remote) {
        InetAddress local = local();
        try {
            return reach.forward(target, remote, local, port == 0 ? remote : port);
        } catch (IOException taken) {
            if (port != 0) {
                throw new CommandFailure(
                        CommandFailure.FAILED, "--port: " + port + " can't be had: " + taken.getMessage());
            }
        }
        try {
            return reach.forward(target, remote, local, 0);
        } catch (IOException e) {
            throw new CommandFailure(CommandFailure.FAILED, "--address: " + address + ": " + e.getMessage());
        }
    }

    private InetAddress local() {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new CommandFailure(
                    CommandFailure.BAD_INPUT,
                    "--address: " + address + ": no such address (expected: one of this machine)");
        }
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
