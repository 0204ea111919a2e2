/** `backout/adapter`: what it takes to write an adapter of one's own, and to prove that it keeps the contract. */
export {
  type Adapter,
  type AdapterCommand,
  type AdapterContext,
  type AdapterPlace,
  type CommandContext,
  defineAdapter,
  type ExternalAnswer,
  type ExternalRequest,
  type Performed,
  type PlaceContext,
  type Preflight,
  type Probe,
} from './adapter.ts';
export {
  type AdapterSamples,
  adapterConformance,
  type ConformanceTest,
  contextFor,
  hostileTexts,
} from './conformance.ts';
