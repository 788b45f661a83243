/** Who this workload is: its key, its certificate from the mesh's CA, its rotation, and SDS for a neighbour. */
@NullMarked
package dev.lateen.proxy.identity;

import org.jspecify.annotations.NullMarked;
