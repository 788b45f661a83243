package dev.lateen.install.run;

import io.vertx.core.Vertx;

/** Where a mesh has its control plane and its proxies from. */
interface MeshRoles {
    ControlPlane controlPlane(RunBootstrap bootstrap, Vertx vertx, MeshLog log);

    ProxyHost proxies(RunBootstrap bootstrap, Vertx vertx);
}
