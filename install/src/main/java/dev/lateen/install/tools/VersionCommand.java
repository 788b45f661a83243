package dev.lateen.install.tools;

import dev.lateen.install.failure.CommandFailure;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code meshctl version}: this program's version, and those of the control planes and proxies of a mesh if there is one to be asked. */
@Command(
        name = "version",
        description = "Print the version, whose contracts it keeps, and what runs in the mesh.",
        mixinStandardHelpOptions = true)
public final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--remote",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description = "Ask the mesh (default: if there is one to be asked).")
    private @Nullable Boolean remote;

    @Mixin
    private ToolOptions options = new ToolOptions();

    @Override
    public Integer call() {
        JsonMapper json = JsonMapper.builder().build();
        ObjectNode document = ControlPlaneVersions.document(json);
        String own = OwnVersion.line();
        boolean asks = remote == null ? options.hasMesh() : remote;
        if (!asks) {
            return print(document, own, 0);
        }
        try (AskedMesh mesh = options.mesh(null, errors())) {
            ControlPlaneVersions versions = ControlPlaneVersions.of(mesh);
            versions.addTo(document);
            print(document, own + versions.text(), 0);
            return ProxyStatusCommand.told(versions.silent(), errors());
        } catch (CommandFailure e) {
            // This program's version is known whatever becomes of a mesh; one that nobody asked for is no failure.
            print(document, own, 0);
            errors().println("meshctl: " + e.getMessage());
            return remote == null ? 0 : e.exitCode();
        }
    }

    private int print(ObjectNode document, String text, int exitCode) {
        spec.commandLine().getOut().print(options.print(document, _ -> text));
        spec.commandLine().getOut().flush();
        return exitCode;
    }

    private PrintWriter errors() {
        return spec.commandLine().getErr();
    }
}
