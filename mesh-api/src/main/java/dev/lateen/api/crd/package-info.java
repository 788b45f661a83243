/** The CustomResourceDefinitions of Istio's kinds, made from the records: what an API server is told of them. */
@NullMarked
package dev.lateen.api.crd;

import org.jspecify.annotations.NullMarked;
