/** What runs in the mesh: services, their ports and the workloads behind them, from Kubernetes and from Istio's ServiceEntry. */
@NullMarked
package dev.lateen.istiod.registry;

import org.jspecify.annotations.NullMarked;
