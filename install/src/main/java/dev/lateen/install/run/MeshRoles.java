package dev.lateen.install.run;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;

/** Where a mesh has its control plane and its proxies from. */
interface MeshRoles {
    /** What is wrong with the config in these files and directories as a whole, a line each. */
    List<String> problems(List<Path> paths);

    MeshControlPlane controlPlane();

    ProxyHost proxies();

    /** Makes the roles of one mesh. */
    @FunctionalInterface
    interface Maker {
        MeshRoles make(RunBootstrap bootstrap, Vertx vertx, MeshLog log);

        /** What the roles, and all else of the mesh, live on; closed by whoever asks for it. */
        default Vertx vertx() {
            return Vertx.vertx();
        }
    }
}
