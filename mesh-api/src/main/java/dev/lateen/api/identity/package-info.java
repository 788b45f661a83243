/** Who a workload is: SPIFFE identities and trust domains. */
@NullMarked
package dev.lateen.api.identity;

import org.jspecify.annotations.NullMarked;
